"""The timeline is one chain, whoever writes."""

import asyncio

from incidents.timeline import EntryKind, first_broken
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
