"""What the journal's tests share: a fake clock, and journals that are stopped at the end."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import pytest

from storage.database import Database
from storage.jobs import NewJob
from storage.journal import JobKind, Journal
from tests.fake_clock import FakeClock

StartJournal = Callable[..., Awaitable[Journal]]
Enqueue = Callable[..., Awaitable[int | None]]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def start_journal(database: Database, clock: FakeClock) -> AsyncIterator[StartJournal]:
    """Starts a journal of these kinds; the clock waits for it before going on."""
    async with AsyncExitStack() as stack:

        async def start(*kinds: JobKind, owner: str = "one", **options: Any) -> Journal:  # noqa: ANN401 - a Journal's
            journal = Journal(options.pop("database", database), clock, kinds, owner=owner, **options)
            await journal.start()
            stack.push_async_callback(journal.stop, grace=0)
            clock.settle_with(journal.idle)
            return journal

        yield start


@pytest.fixture
def enqueue(database: Database, clock: FakeClock) -> Enqueue:
    """Enqueues a job in a transaction of its own, due after so many seconds."""

    async def add(kind: str, key: str, *, after: float = 0, **args: object) -> int | None:
        run_at = clock.now() + timedelta(seconds=after) if after else None
        job = NewJob(kind, key, args, run_at)
        return await database.write(lambda unit: unit.jobs.add(job, now=clock.now()))

    return add
