"""How an attempt ends: repeated, or given up."""

import itertools
from datetime import timedelta

from incidents.errors import OutageError, PermanentError, TemporaryError
from storage.database import Database
from storage.jobs import JobView
from storage.journal import JobKind, JobRun
from tests.fake_clock import FakeClock
from tests.storage.journal.conftest import Enqueue, StartJournal


async def failed_jobs(database: Database) -> list[JobView]:
    return await database.read(lambda unit: unit.jobs.failed())


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
    waits = [later - earlier for earlier, later in itertools.pairwise(moments)]
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


async def test_an_outage_gives_nothing_up_and_leaves_tries_for_what_comes_after(
    database: Database, clock: FakeClock, start_journal: StartJournal, enqueue: Enqueue
) -> None:
    tries, back_at = list[bool](), clock.now() + timedelta(hours=1)

    async def body(run: JobRun) -> None:
        tries.append(run.last_attempt)
        if clock.now() < back_at:
            raise OutageError("Slack", "TimeoutError", "Slack could not be reached")
        if run.attempt < 10:
            raise TemporaryError("Slack", "ratelimited")

    await start_journal(JobKind("patient", body), poll_seconds=10**6)
    await enqueue("patient", "patient:1")
    await clock.advance(timedelta(hours=1, minutes=10))
    assert len(tries) > 50
    assert not any(tries)
    assert (await database.read(lambda unit: unit.jobs.counts()))["done"] == 1


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
