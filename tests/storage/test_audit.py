"""Whatever is changed in the database behind Cordon's back is found, on both databases."""

import asyncio
import sqlite3

import asyncpg  # type: ignore[import-untyped]
import pytest

from incidents.timeline import EntryKind
from storage.audit import Kept
from storage.database import Database
from tests.storage.conftest import NOW, declare


async def behind_the_back(url: str, *statements: str) -> None:
    """Change the database without Cordon."""
    if url.startswith("sqlite"):
        with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
            for statement in statements:
                connection.execute(statement)
        connection.close()
        return
    other = await asyncpg.connect(url)
    for statement in statements:
        await other.execute(statement)
    await other.close()


async def prove(database: Database, incident_id: int) -> Kept:
    return await database.read(lambda unit: unit.audit.prove(incident_id))


@pytest.fixture
async def told(database: Database) -> int:
    """An incident with five entries."""
    incident = await declare(database)
    for number in range(1, 6):
        await database.write(
            lambda unit, number=number: unit.timeline.append(  # type: ignore[misc]
                incident.id,
                at=NOW,
                actor="U1",
                kind=EntryKind.MESSAGE_ADDED,
                text=f"Wörter {number}",
                ref=f"C1/{number}",
                details={"author": "U2", "b": "1", "a": "2"},
            )
        )
    return incident.id


async def test_a_timeline_that_nobody_touched_is_whole(database: Database, told: int) -> None:
    assert await prove(database, told) == Kept(told, 5, None)
    empty = (await declare(database)).id
    assert await prove(database, empty) == Kept(empty, 0, None)
    assert await database.read(lambda unit: unit.audit.incident_ids()) == [told, empty]


@pytest.mark.parametrize(
    ("statement", "seq"),
    [
        ("UPDATE timeline SET text = 'other' WHERE seq = 3", 3),
        ("UPDATE timeline SET text = '' WHERE seq = 5", 5),
        ("UPDATE timeline SET actor = 'U9' WHERE seq = 3", 3),
        ("UPDATE timeline SET kind = 'note' WHERE seq = 3", 3),
        ("UPDATE timeline SET kind = 'nonsense' WHERE seq = 3", 3),
        ("UPDATE timeline SET at = '2026-03-01 09:30:15.123457' WHERE seq = 3", 3),
        ("UPDATE timeline SET ref = 'C1/9' WHERE seq = 3", 3),
        ("UPDATE timeline SET ref = NULL WHERE seq = 3", 3),
        ("UPDATE timeline SET ref = '' WHERE seq = 3", 3),
        ("UPDATE timeline SET details = '{}' WHERE seq = 3", 3),
        ("""UPDATE timeline SET details = '{"author": "U3", "b": "1", "a": "2"}' WHERE seq = 3""", 3),
        ("""UPDATE timeline SET details = '[1]' WHERE seq = 3""", 3),
        ("UPDATE timeline SET previous = hash WHERE seq = 3", 3),
        ("UPDATE timeline SET hash = previous WHERE seq = 3", 3),
        ("UPDATE timeline SET hash = upper(hash) WHERE seq = 3", 3),
        ("UPDATE timeline SET seq = 9 WHERE seq = 3", 3),
        ("UPDATE timeline SET seq = 9 WHERE seq = 5", 5),
        ("UPDATE timeline SET seq = 0 WHERE seq = 1", 1),
        ("DELETE FROM timeline WHERE seq = 1", 1),
        ("DELETE FROM timeline WHERE seq = 3", 3),
        ("DELETE FROM timeline WHERE seq = 5", 5),
        ("DELETE FROM timeline WHERE seq >= 3", 3),
        ("DELETE FROM timeline", 1),
        ("UPDATE incidents SET timeline_count = 4", 5),
        ("UPDATE incidents SET timeline_head = 'x'", 5),
        ("UPDATE incidents SET timeline_count = NULL", 1),
        (
            """INSERT INTO timeline SELECT incident_id, 6, at, actor, kind, text, hash, hash, ref, details
            FROM timeline WHERE seq = 5""",
            6,
        ),
    ],
)
async def test_what_was_changed_is_named(
    database: Database, database_url: str, told: int, statement: str, seq: int
) -> None:
    await behind_the_back(database_url, statement)
    found = await prove(database, told)
    assert found.broken is not None
    assert found.broken.seq == seq, found.broken.reason


async def test_an_entry_moved_to_another_incident_is_missed(
    database: Database, database_url: str, told: int
) -> None:
    other = (await declare(database)).id
    await behind_the_back(database_url, f"UPDATE timeline SET incident_id = {other} WHERE seq = 1")
    here, there = await prove(database, told), await prove(database, other)
    assert here.broken is not None
    assert there.broken is not None
    assert (here.broken.seq, here.broken.reason[:10]) == (1, "is missing")


async def test_what_was_cut_off_is_not_grown_over(database: Database, database_url: str, told: int) -> None:
    await behind_the_back(database_url, "DELETE FROM timeline WHERE seq = 5")
    entry = await database.write(
        lambda unit: unit.timeline.append(told, at=NOW, actor="U1", kind=EntryKind.NOTE, text="later")
    )
    assert entry.seq == 6
    found = (await prove(database, told)).broken
    assert found is not None
    assert (found.seq, found.reason) == (5, "is missing: entry 6 stands in its place")


async def test_an_audit_beside_writers_sees_no_break(database: Database, told: int) -> None:
    async def write() -> None:
        for _ in range(20):
            await database.write(
                lambda unit: unit.timeline.append(told, at=NOW, actor="U1", kind=EntryKind.NOTE, text="x")
            )

    async def look() -> list[Kept]:
        return [await prove(database, told) for _ in range(20)]

    seen, _ = await asyncio.gather(look(), write())
    assert {one.broken for one in seen} == {None}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE timeline SET at = '2026-03-01 09:30:15.123456+01:00' WHERE seq = 3",
        "UPDATE timeline SET at = 'yesterday' WHERE seq = 3",
        "UPDATE timeline SET details = 'nonsense' WHERE seq = 3",
        "UPDATE timeline SET text = x'5765' WHERE seq = 3",
        "UPDATE timeline SET seq = 'three' WHERE seq = 3",
    ],
)
async def test_what_sqlite_lets_anybody_write_is_found(
    database: Database, database_url: str, told: int, statement: str
) -> None:
    await behind_the_back(database_url, statement)
    found = (await prove(database, told)).broken
    assert found is not None
    assert found.seq == 3, found.reason


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_entries_of_no_incident_are_found(database: Database, database_url: str, told: int) -> None:
    await behind_the_back(database_url, f"DELETE FROM incidents WHERE id = {told}")
    assert await database.read(lambda unit: unit.audit.incident_ids()) == [told]
    found = (await prove(database, told)).broken
    assert found is not None
    assert "not there" in found.reason
