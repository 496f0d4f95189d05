"""Incidents: numbers, columns, problems."""

import asyncio

import pytest

from incidents.errors import NotFoundError
from incidents.lifecycle import Stage
from incidents.timeline import EntryKind
from storage.database import Database
from storage.unit_of_work import UnitOfWork
from storage.writer import Work  # noqa: TC001 - as real as the others
from tests.storage.conftest import LATER, NOW, declare


async def test_incidents_are_numbered_found_and_changed(database: Database) -> None:
    first = await declare(database, channel_id="C1", channel_name="inc-1-agent")
    second = await declare(database, "Another")
    assert (first.key, second.key) == ("INC-1", "INC-2")
    assert (first.declared_at, first.next_update_at, first.status) == (NOW, LATER, Stage.DECLARED)
    resolved = await database.write(
        lambda unit: unit.incidents.change(2, status=Stage.RESOLVED, resolved_at=LATER)
    )
    assert (resolved.status, resolved.resolved_at) == (Stage.RESOLVED, LATER)

    async def look(unit: UnitOfWork) -> list[object]:
        return [
            await unit.incidents.get(1),
            await unit.incidents.by_channel("C1"),
            await unit.incidents.by_channel("C9"),
            await unit.incidents.open(),
            await unit.incidents.recent(),
            await unit.incidents.count_open(),
        ]

    assert await database.read(look) == [first, first, None, [first], [resolved, first], 1]


async def test_an_unknown_incident_is_said_by_its_number(database: Database) -> None:
    calls: list[Work[object]] = [
        lambda unit: unit.incidents.get(7),
        lambda unit: unit.incidents.get(7, lock=True),
        lambda unit: unit.incidents.change(7, title="x"),
        lambda unit: unit.incidents.set_problem(7, "a", "b"),
        lambda unit: unit.timeline.append(7, at=NOW, actor="U1", kind=EntryKind.DECLARED, text="x"),
    ]
    for call in calls:
        with pytest.raises(NotFoundError, match=r"^There is no INC-7\.$"):
            await database.write(call)


async def test_an_unknown_column_is_a_mistake_of_ours(database: Database) -> None:
    await declare(database)
    with pytest.raises(TypeError, match="an incident has no colour"):
        await database.write(lambda unit: unit.incidents.change(1, colour="red"))


async def test_problems_come_and_go(database: Database) -> None:
    await declare(database)
    many = [
        database.write(lambda unit, step=f"step {number}": unit.incidents.set_problem(1, step, "it failed"))  # type: ignore[misc]
        for number in range(5)
    ]
    await asyncio.gather(*many)
    for number in range(4):
        await database.write(
            lambda unit, step=f"step {number}": unit.incidents.set_problem(1, step, None)  # type: ignore[misc]
        )
    incident = await database.read(lambda unit: unit.incidents.get(1))
    assert incident.problems == {"step 4": "it failed"}
