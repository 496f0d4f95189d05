"""One door for both databases."""

from storage.database import Database
from storage.tables import DELIVERIES
from storage.unit_of_work import UnitOfWork
from tests.storage.conftest import NOW


async def accepted(database: Database, *keys: str) -> list[str]:
    async def work(unit: UnitOfWork) -> list[str]:
        rows = await unit.session.execute(DELIVERIES.select().order_by(DELIVERIES.c.key))
        return [row.key for row in rows if row.key in keys or not keys]

    return await database.read(work)


async def test_a_database_in_memory_works() -> None:
    database = await Database.open("sqlite:///:memory:")
    await database.upgrade()
    assert await database.write(lambda unit: unit.deliveries.accept("a", NOW))
    assert await accepted(database) == ["a"]
    await database.close()
