"""Every status update is archived."""

from incidents.status_update import UpdateFields, UpdateKind
from storage.database import Database
from storage.unit_of_work import UnitOfWork
from tests.storage.conftest import NOW, declare


async def test_status_updates_are_archived(database: Database) -> None:
    incident = await declare(database)
    assert await database.read(lambda unit: unit.updates.last(incident.id)) is None
    fields = UpdateFields(state="Contained", eta="an hour")

    async def work(unit: UnitOfWork) -> list[object]:
        return [
            await unit.updates.add(incident.id, kind, "U1", NOW, fields, f"the {kind} text")
            for kind in (UpdateKind.INITIAL, UpdateKind.UPDATE, UpdateKind.RESOLUTION)
        ]

    told = await database.write(work)
    assert await database.read(lambda unit: unit.updates.all(incident.id)) == told
    assert await database.read(lambda unit: unit.updates.last(incident.id)) == told[1]
