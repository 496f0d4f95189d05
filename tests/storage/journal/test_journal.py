"""The journal's loop: births, timers, cancelling, what an earlier process left."""

import asyncio
from datetime import timedelta

from incidents.errors import InDoubtError
from storage.database import Database
from storage.jobs import NewJob
from storage.journal import JobKind, JobRun
from storage.journal.ledger import Ledger
from storage.unit_of_work import UnitOfWork
from tests.fake_clock import FakeClock
from tests.storage.journal.conftest import Enqueue, StartJournal


async def counts(database: Database) -> dict[str, int]:
    return await database.read(lambda unit: unit.jobs.counts())


async def test_a_job_born_here_starts_after_the_commit_without_a_poll(
    database: Database, clock: FakeClock, start_journal: StartJournal, enqueue: Enqueue
) -> None:
    ran: list[tuple[str, dict[str, object], int]] = []

    async def body(run: JobRun) -> None:
        ran.append((run.key, run.args, run.attempt))

    journal = await start_journal(JobKind("greet", body))
    assert await enqueue("greet", "greet:1", who="ann") is not None
    assert await enqueue("greet", "greet:1", who="bob") is None
    await journal.idle()
    assert ran == [("greet:1", {"who": "ann"}, 1)]
    assert await counts(database) == {"pending": 0, "done": 1, "failed": 0, "cancelled": 0}


async def test_a_job_of_a_transaction_that_failed_never_runs(
    database: Database, clock: FakeClock, start_journal: StartJournal
) -> None:
    ran: list[str] = []

    async def body(run: JobRun) -> None:
        ran.append(run.key)

    journal = await start_journal(JobKind("greet", body))

    async def work(unit: UnitOfWork) -> None:
        await unit.jobs.add(NewJob("greet", "greet:1"), now=clock.now())
        raise ValueError("no")

    assert [type(each) for each in await asyncio.gather(database.write(work), return_exceptions=True)] == [
        ValueError
    ]
    await journal.idle()
    assert ran == []
    assert (await counts(database))["pending"] == 0


async def test_48_hours_of_timers_pass_in_their_order(
    clock: FakeClock, start_journal: StartJournal, enqueue: Enqueue
) -> None:
    rung: list[int] = []
    start = clock.now()

    async def body(run: JobRun) -> None:
        hour = run.args["hour"]
        assert clock.now() == start + timedelta(hours=hour)
        rung.append(hour)
        if hour < 48:
            await enqueue("reminder", f"reminder:{hour + 1}", after=3600, hour=hour + 1)

    await start_journal(JobKind("reminder", body), lease_seconds=7200, poll_seconds=7200)
    await enqueue("reminder", "reminder:1", after=3600, hour=1)
    for _ in range(48):
        await clock.advance(3600)
    assert rung == list(range(1, 49))


async def test_an_earlier_timer_added_later_is_not_missed(
    clock: FakeClock, start_journal: StartJournal, enqueue: Enqueue
) -> None:
    rung: list[str] = []

    async def body(run: JobRun) -> None:
        rung.append(run.key)

    journal = await start_journal(JobKind("timer", body))
    await enqueue("timer", "late", after=100)
    await journal.idle()
    await enqueue("timer", "early", after=50)
    await clock.advance(60)
    assert rung == ["early"]
    await clock.advance(60)
    assert rung == ["early", "late"]


async def test_a_cancelled_timer_never_rings(
    database: Database, clock: FakeClock, start_journal: StartJournal, enqueue: Enqueue
) -> None:
    rung: list[str] = []

    async def body(run: JobRun) -> None:
        rung.append(run.key)

    await start_journal(JobKind("timer", body))
    await enqueue("timer", "a", after=10)
    await enqueue("timer", "b", after=10)
    assert await database.write(lambda unit: unit.jobs.cancel("a")) == 1
    assert await database.write(lambda unit: unit.jobs.cancel("a")) == 0
    await clock.advance(20)
    assert rung == ["b"]


async def test_what_was_left_by_an_earlier_process_is_found_at_the_start(
    database: Database, clock: FakeClock, start_journal: StartJournal, enqueue: Enqueue
) -> None:
    ran: list[str] = []

    async def body(run: JobRun) -> None:
        ran.append(run.key)

    await enqueue("greet", "unleased")
    journal = await start_journal(JobKind("greet", body))
    await journal.idle()
    assert ran == ["unleased"]


async def test_what_another_process_enqueues_is_found_within_a_poll(
    database_url: str, database: Database, clock: FakeClock, start_journal: StartJournal
) -> None:
    ran: list[str] = []

    async def body(run: JobRun) -> None:
        ran.append(run.key)

    journal = await start_journal(JobKind("greet", body), poll_seconds=5)
    await journal.idle()
    other = await Database.open(database_url)
    await other.write(lambda unit: unit.jobs.add(NewJob("greet", "from elsewhere"), now=clock.now()))
    await other.close()
    await clock.advance(5)
    assert ran == ["from elsewhere"]


async def test_a_journal_that_starts_leaves_the_living_their_leases(
    database_url: str, database: Database, clock: FakeClock, start_journal: StartJournal, enqueue: Enqueue
) -> None:
    begun, may_end, ran = asyncio.Event(), asyncio.Event(), list[str]()

    async def long(run: JobRun) -> None:
        begun.set()
        await may_end.wait()
        ran.append(f"first {run.attempt}")

    async def taken(run: JobRun) -> None:
        ran.append(f"second {run.attempt}")

    first = await start_journal(JobKind("long", long), owner="first")
    await enqueue("long", "long:1")
    await begun.wait()
    other = await Database.open(database_url)
    second = await start_journal(JobKind("long", taken), owner="second", database=other)
    await second.idle()
    may_end.set()
    await first.idle()
    await second.stop()
    await other.close()
    assert ran == ["first 1"]


async def test_on_sqlite_what_a_dead_process_had_leased_is_taken_over_at_once(
    database: Database, clock: FakeClock, start_journal: StartJournal, enqueue: Enqueue
) -> None:
    ran: list[str] = []

    async def body(run: JobRun) -> None:
        ran.append(run.key)

    await enqueue("greet", "greet:1")
    await Ledger(database, "dead").claim(
        ["greet"], now=clock.now(), until=clock.now() + timedelta(seconds=30), limit=1, but=()
    )
    journal = await start_journal(JobKind("greet", body))
    await journal.idle()
    assert ran == ([] if database.is_shared else ["greet:1"])
    await clock.advance(31)
    assert ran == ["greet:1"]


async def test_a_job_that_waits_on_the_clock_gets_its_moment(
    clock: FakeClock, start_journal: StartJournal, enqueue: Enqueue
) -> None:
    moments: list[float] = []
    start = clock.now()

    async def body(run: JobRun) -> None:
        await run.clock.sleep(3)
        moments.append((clock.now() - start).total_seconds())

    await start_journal(JobKind("slow", body))
    await enqueue("slow", "slow:1")
    await clock.advance(10)
    assert moments == [3]


async def test_ended_jobs_and_deliveries_are_forgotten_after_a_week(
    database: Database, clock: FakeClock, start_journal: StartJournal, enqueue: Enqueue
) -> None:
    async def body(run: JobRun) -> None:
        async def effect() -> None: ...

        await run.step("only", effect)

    await start_journal(JobKind("greet", body), poll_seconds=10**7)
    await enqueue("greet", "greet:1")
    await database.write(lambda unit: unit.deliveries.accept("evt:1", clock.now()))
    await enqueue("greet", "greet:2", after=8 * 86400)
    await clock.advance(1)
    clock.jump(timedelta(days=8))
    await clock.advance(1)
    assert (await counts(database))["done"] == 1
    assert await database.write(lambda unit: unit.deliveries.accept("evt:1", clock.now()))


async def test_its_condition_can_be_told(
    database: Database, clock: FakeClock, start_journal: StartJournal, enqueue: Enqueue
) -> None:
    async def body(run: JobRun) -> None:
        raise InDoubtError("Slack", "lost")

    await enqueue("greet", "greet:1")
    journal = await start_journal(JobKind("other", body))
    await journal.idle()
    assert journal.healthy
    assert journal.last_error is None
    assert await journal.oldest_due_age() == 0
    await journal.stop()
    assert not journal.healthy
