"""The same delivery acts once."""

import asyncio

from storage.database import Database
from tests.storage.conftest import LATER, NOW


async def test_the_same_delivery_is_taken_once(database: Database) -> None:
    takes = [database.write(lambda unit: unit.deliveries.accept("evt:1", NOW)) for _ in range(10)]
    assert sum(await asyncio.gather(*takes)) == 1
    assert await database.write(lambda unit: unit.deliveries.prune(NOW)) == 0
    assert await database.write(lambda unit: unit.deliveries.prune(LATER)) == 1
