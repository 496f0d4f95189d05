"""Jobs at work: how many, how long, and how they are stopped."""

import asyncio
from collections.abc import Awaitable, Callable

from storage.database import Database
from storage.journal import JobKind, JobRun
from tests.fake_clock import FakeClock
from tests.storage.journal.conftest import Enqueue, StartJournal


async def counts(database: Database) -> dict[str, int]:
    return await database.read(lambda unit: unit.jobs.counts())


async def test_a_job_cancelled_while_it_runs_stops_at_its_next_step(
    database: Database, clock: FakeClock, start_journal: StartJournal, enqueue: Enqueue
) -> None:
    effects: list[str] = []

    async def body(run: JobRun) -> None:
        async def effect() -> None:
            effects.append("first")

        await run.step("first", effect)
        await database.write(lambda unit: unit.jobs.cancel(run.key))

        async def never() -> None:
            effects.append("second")

        async def probe(_since: object) -> None:
            return None

        await run.step("second", never, probe=probe)

    journal = await start_journal(JobKind("long", body))
    await enqueue("long", "long:1")
    await journal.idle()
    assert effects == ["first"]
    assert (await counts(database))["cancelled"] == 1


async def test_no_more_jobs_run_at_once_than_allowed(
    clock: FakeClock, start_journal: StartJournal, enqueue: Enqueue
) -> None:
    at_once: list[int] = []
    now_running = 0

    async def body(run: JobRun) -> None:
        nonlocal now_running
        now_running += 1
        at_once.append(now_running)

        async def effect() -> None:
            await asyncio.sleep(0)

        await run.step("only", effect)
        now_running -= 1

    journal = await start_journal(JobKind("small", body), parallel=3)
    for number in range(20):
        await enqueue("small", f"small:{number}", after=0 if number % 2 else 10)
    await clock.advance(20)
    await journal.idle()
    assert len(at_once) == 20
    assert max(at_once) == 3


async def test_stopping_gives_running_jobs_back_at_once(
    database: Database, clock: FakeClock, start_journal: StartJournal, enqueue: Enqueue
) -> None:
    begun = asyncio.Event()
    finished: list[int] = []

    async def hang(_run: JobRun) -> None:
        begun.set()
        await asyncio.Event().wait()

    async def finish(run: JobRun) -> None:
        finished.append(run.attempt)

    first = await start_journal(JobKind("long", hang), owner="first")
    await enqueue("long", "long:1")
    await begun.wait()
    assert first.running == 1
    await first.stop(grace=0)
    second = await start_journal(JobKind("long", finish), owner="second")
    await second.idle()
    assert finished == [1]


async def test_the_lease_of_a_long_job_is_kept(
    database_url: str, database: Database, clock: FakeClock, start_journal: StartJournal, enqueue: Enqueue
) -> None:
    finished: list[str] = []

    def body(owner: str) -> Callable[[JobRun], Awaitable[None]]:
        async def work(run: JobRun) -> None:
            await run.clock.sleep(70)
            finished.append(owner)

        return work

    other = await Database.open(database_url)
    await start_journal(JobKind("job", body("first")), owner="first")
    second = await start_journal(JobKind("job", body("second")), owner="second", database=other)
    await enqueue("job", "job:1")
    await clock.advance(71)
    assert finished == ["first"]
    await second.stop()
    await other.close()
