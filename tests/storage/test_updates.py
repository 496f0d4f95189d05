"""Every status update is archived."""

import pytest

from incidents.errors import NotFoundError
from incidents.status_update import UpdateFields, UpdateKind, UpdateState
from storage.database import Database
from storage.unit_of_work import UnitOfWork
from tests.storage.conftest import LATER, NOW, declare


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


async def test_a_telling_waits_for_its_audience_and_is_decided(database: Database) -> None:
    incident = await declare(database)

    async def work(unit: UnitOfWork) -> int:
        await unit.updates.add(incident.id, UpdateKind.UPDATE, "U1", NOW, UpdateFields(state="a"), "to us")
        waiting = await unit.updates.add(
            incident.id,
            UpdateKind.UPDATE,
            "U1",
            NOW,
            UpdateFields(state="b"),
            "to them",
            audience="leadership",
            state=UpdateState.WAITING,
        )
        return waiting.id

    number = await database.write(work)
    last = await database.read(lambda unit: unit.updates.last(incident.id))
    assert last
    assert last.text == "to us", "the form is filled with what responders were told"

    async def waiting() -> list[int]:
        found = await database.read(
            lambda unit: unit.updates.of_audience(incident.id, "leadership", UpdateState.WAITING)
        )
        return [one.id for one in found]

    assert await waiting() == [number]
    changed = await database.write(
        lambda unit: unit.updates.change(
            number, state=UpdateState.SENDING, approved_by="U2", decided_by="U2", decided_at=LATER
        )
    )
    assert (changed.state, changed.approved_by, changed.decided_at) == (UpdateState.SENDING, "U2", LATER)
    assert await database.read(lambda unit: unit.updates.get(number)) == changed
    assert await waiting() == []


async def test_what_is_not_there_or_may_not_be_changed_is_refused(database: Database) -> None:
    with pytest.raises(NotFoundError):
        await database.read(lambda unit: unit.updates.get(1))
    with pytest.raises(TypeError, match="no author to change"):
        await database.write(lambda unit: unit.updates.change(1, author="U2"))
