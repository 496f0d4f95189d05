"""What is done in one unit of work is kept together or not at all."""

import asyncio

from storage.database import Database
from storage.unit_of_work import UnitOfWork
from tests.storage.conftest import NOW, declare


async def test_repositories_share_one_transaction(database: Database) -> None:
    incident = await declare(database)
    calls: list[str] = []

    async def work(unit: UnitOfWork) -> None:
        unit.after_commit(lambda: calls.append("committed"))
        await unit.incidents.change(incident.id, title="Another title")
        await unit.messages.expect(incident.id, "card")
        assert (await unit.incidents.get(incident.id)).title == "Another title"
        raise ValueError("the last step fails")

    [outcome] = await asyncio.gather(database.write(work), return_exceptions=True)
    assert isinstance(outcome, ValueError)
    assert await database.read(lambda unit: unit.incidents.get(incident.id)) == incident
    assert await database.read(lambda unit: unit.messages.of(incident.id)) == []
    assert await database.write(lambda unit: unit.deliveries.accept("a", NOW))
    assert calls == []
