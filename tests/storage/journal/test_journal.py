"""The journal's loop: births, retries, timers, cancelling, giving up, stopping."""

import asyncio
from datetime import timedelta

from incidents.errors import InDoubtError, PermanentError, TemporaryError
from storage.database import Database
from storage.jobs import JobView, NewJob
from storage.journal import JobKind, JobRun
from tests.fake_clock import FakeClock
from tests.storage.journal.conftest import Enqueue, StartJournal


async def failed_jobs(database: Database) -> list[JobView]:
    return await database.read(lambda unit: unit.jobs.failed())


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

    async def work(unit: object) -> None:
        await unit.jobs.add(NewJob("greet", "greet:1"), now=clock.now())  # type: ignore[attr-defined]
        raise ValueError("no")

    assert [type(each) for each in await asyncio.gather(database.write(work), return_exceptions=True)] == [ValueError]
    await journal.idle()
    assert ran == []
    assert (await counts(database))["pending"] == 0


async def test_a_failing_job_is_repeated_ever_later(
    clock: FakeClock, start_journal: StartJournal, enqueue: Enqueue
) -> None:
    moments: list[float] = []
    start = clock.now()

    async def body(run: JobRun) -> None:
        moments.append((clock.now() - start).total_seconds())
        if run.attempt == 3:
            raise TemporaryError("Slack", "ratelimited", retry_after=30)
        if run.attempt < 6:
            raise ValueError("a mistake of ours")

    await start_journal(JobKind("flaky", body))
    await enqueue("flaky", "flaky:1")
    await clock.advance(600)
    waits = [later - earlier for earlier, later in zip(moments, moments[1:], strict=False)]
    for wait, least in zip(waits, [1, 2, 30, 8, 16], strict=True):
        assert least <= wait <= least * 1.1


async def test_a_job_is_given_up_after_its_last_attempt_and_that_is_told(
    database: Database, clock: FakeClock, start_journal: StartJournal, enqueue: Enqueue
) -> None:
    told: list[str] = []
    lasts: list[bool] = []

    async def body(run: JobRun) -> None:
        lasts.append(run.last_attempt)
        raise TemporaryError("Slack", "down", "https://bot:hunter2@slack.test xoxb-12-secret is down")

    async def give_up(run: JobRun, error: str) -> None:
        told.append(error)
        raise ValueError("telling fails too")

    await start_journal(JobKind("flaky", body, max_attempts=3, on_give_up=give_up))
    await enqueue("flaky", "flaky:1")
    await clock.advance(600)
    assert lasts == [False, False, True]
    assert told == ["TemporaryError: https://…@slack.test … is down"]
    [job] = await failed_jobs(database)
    assert (job.key, job.attempts, job.error) == ("flaky:1", 3, told[0])


async def test_a_permanent_error_gives_up_at_once(
    database: Database, clock: FakeClock, start_journal: StartJournal, enqueue: Enqueue
) -> None:
    async def body(_run: JobRun) -> None:
        raise PermanentError("Slack", "channel_not_found")

    journal = await start_journal(JobKind("doomed", body))
    await enqueue("doomed", "doomed:1")
    await journal.idle()
    [job] = await failed_jobs(database)
    assert (job.attempts, job.error) == (1, "PermanentError: Slack answered channel_not_found")


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

    await start_journal(JobKind("reminder", body), lease_seconds=7200)
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

    await start_journal(JobKind("greet", body), lease_seconds=10**7)
    await enqueue("greet", "greet:1")
    await database.write(lambda unit: unit.deliveries.accept("evt:1", clock.now()))
    await enqueue("greet", "greet:2", after=8 * 86400)
    # an hour's lease keeps the poll of a shared database from being walked step by step
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
