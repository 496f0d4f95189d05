"""PostgreSQL's transactions."""

import asyncio

import pytest
from sqlalchemy import text

from storage.database import Database
from storage.unit_of_work import UnitOfWork
from tests.storage.conftest import NOW


@pytest.mark.postgres
async def test_a_deadlock_is_repeated(postgres_database: str) -> None:
    database = await Database.open(postgres_database)
    await database.upgrade()
    for key in "ab":
        await database.write(lambda unit, key=key: unit.deliveries.accept(key, NOW))  # type: ignore[misc]
    barrier, calls = asyncio.Barrier(2), list[str]()
    tries = 0

    async def work(unit: UnitOfWork, first: str, second: str) -> None:
        nonlocal tries
        tries += 1
        unit.after_commit(lambda: calls.append(first))
        lock = text("UPDATE deliveries SET at = at WHERE key = :key")
        await unit.session.execute(lock, {"key": first})
        if tries <= 2:
            await barrier.wait()
        await unit.session.execute(lock, {"key": second})

    await asyncio.gather(
        database.write(lambda unit: work(unit, "a", "b")), database.write(lambda unit: work(unit, "b", "a"))
    )
    assert tries == 3
    assert sorted(calls) == ["a", "b"]
    await database.close()
