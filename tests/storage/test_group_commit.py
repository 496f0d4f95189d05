"""SQLite's shared transactions."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from storage.database import Database
from storage.tables import DELIVERIES
from storage.unit_of_work import UnitOfWork
from tests.storage.conftest import NOW


async def accepted(database: Database, *keys: str) -> list[str]:
    async def work(unit: UnitOfWork) -> list[str]:
        rows = await unit.session.execute(DELIVERIES.select().order_by(DELIVERIES.c.key))
        return [row.key for row in rows if row.key in keys or not keys]

    return await database.read(work)


async def test_a_failed_commit_fails_all_who_share_it(tmp_path: Path) -> None:
    database = await Database.open(f"sqlite:///{tmp_path}/cordon.db")
    await database.upgrade()
    calls: list[str] = []

    async def dangling(unit: UnitOfWork) -> None:
        unit.after_commit(lambda: calls.append("dangling"))
        await unit.session.execute(text("PRAGMA defer_foreign_keys = ON"))
        await unit.session.execute(
            text(
                "INSERT INTO status_updates (id, incident_id, kind, author, at, fields, text, audience, state, approved_by) VALUES (1, 99, 'update', 'U1', '2026-03-01', '{}', '', 'responders', 'published', NULL)"
            )
        )

    outcomes = await asyncio.gather(
        database.write(dangling),
        database.write(lambda unit: unit.deliveries.accept("a", NOW)),
        return_exceptions=True,
    )
    assert [type(outcome) for outcome in outcomes] == [IntegrityError, IntegrityError]
    assert calls == []
    assert await accepted(database) == []
    assert await database.write(lambda unit: unit.deliveries.accept("b", NOW))
    await database.close()


async def test_a_write_within_a_write_is_refused(tmp_path: Path) -> None:
    database = await Database.open(f"sqlite:///{tmp_path}/cordon.db")

    async def outer(_unit: UnitOfWork) -> None:
        await database.write(outer)

    with pytest.raises(RuntimeError, match="within a write"):
        await database.write(outer)
    await database.close()
