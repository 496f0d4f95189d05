"""The timeline is one chain, whoever writes."""

import asyncio
from datetime import timedelta

from incidents.incident import Incident
from incidents.timeline import EntryKind, TimelineEntry, first_broken
from storage.database import Database
from tests.storage.conftest import NOW, declare


async def test_the_timeline_is_one_unbroken_chain_whoever_writes(database: Database) -> None:
    incident = await declare(database)

    async def say(number: int) -> None:
        await database.write(
            lambda unit: unit.timeline.append(
                incident.id, at=NOW, actor=f"U{number}", kind=EntryKind.PROBLEM, text=f"überall {number}"
            )
        )

    await asyncio.gather(*(say(number) for number in range(25)))
    entries = await database.read(lambda unit: unit.timeline.entries(incident.id))
    assert [entry.seq for entry in entries] == list(range(1, 26))
    assert first_broken(entries) is None
    assert await database.read(lambda unit: unit.timeline.entries(incident.id, limit=3)) == entries[-3:]


async def test_a_persons_decisions_are_found_in_the_incidents_that_are_asked_for(database: Database) -> None:
    first, second, hidden = [await declare(database) for _ in range(3)]

    async def add(
        incident: Incident, seconds: int, owner: str, kind: EntryKind = EntryKind.DECISION
    ) -> TimelineEntry:
        return await database.write(
            lambda unit: unit.timeline.append(
                incident.id,
                at=NOW + timedelta(seconds=seconds),
                actor="U1",
                kind=kind,
                text="x",
                details={"owner": owner},
            )
        )

    old, new = await add(first, 1, "U4"), await add(second, 2, "U4")
    newest = await add(first, 3, "U4")
    await add(first, 4, "U5")
    await add(first, 5, "U4", EntryKind.NOTE)
    await add(hidden, 6, "U4")

    async def found(limit: int, *incidents: int) -> object:
        return await database.read(lambda unit: unit.timeline.decisions_of("U4", incidents, limit=limit))

    assert await found(9, first.id, second.id) == ([newest, new, old], 3)
    assert await found(2, first.id, second.id) == ([newest, new], 3)
    assert await found(9) == ([], 0)
