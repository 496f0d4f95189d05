"""Who loses a lease writes nothing; who is killed loses nothing."""

import asyncio
import random
import signal
import sys
from datetime import timedelta
from pathlib import Path

from incidents.errors import LeaseLostError
from storage.database import Database
from storage.journal import JobKind, JobRun, Journal
from tests.fake_clock import FakeClock
from tests.storage.journal import crashing
from tests.storage.journal.conftest import Enqueue, StartJournal
from tests.storage.journal.outside import Outside

_POINTS = 3 * crashing.JOBS * len(crashing.STEPS)
_CRASHES = 5


async def test_every_effect_happens_once_whenever_the_process_is_killed(
    database_url: str, tmp_path: Path
) -> None:
    effects = tmp_path / "effects"
    effects.touch()
    deaths = [random.randint(1, _POINTS // _CRASHES) for _ in range(_CRASHES)]
    ends = [await run(database_url, effects, point) for point in [*deaths, 0]]
    lines = effects.read_text().splitlines()
    expected = [f"open:{job} {step}" for job in range(crashing.JOBS) for step in crashing.STEPS]
    assert ends == [-signal.SIGKILL] * _CRASHES + [0], deaths
    assert sorted(lines) == sorted(expected), deaths


async def run(url: str, effects: Path, die_at: int) -> int:
    program = [sys.executable, "-m", "tests.storage.journal.crashing", url, str(effects), str(die_at)]
    process = await asyncio.create_subprocess_exec(*program, cwd=Path(__file__).parents[3])
    return await process.wait()


async def test_a_process_that_stalls_beyond_its_lease_is_fenced_off(
    database_url: str, database: Database, clock: FakeClock, start_journal: StartJournal, enqueue: Enqueue
) -> None:
    outside = Outside()
    errors: list[BaseException] = []
    began, resume, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def stalled(run: JobRun) -> None:
        async def effect() -> str:
            result = await outside.effect("a")()
            began.set()
            await resume.wait()
            return result

        try:
            await run.step("a", effect, probe=outside.probe("a"))
        except LeaseLostError as error:
            errors.append(error)
            raise
        finally:
            ended.set()

    async def takes_over(run: JobRun) -> None:
        await run.step("a", outside.effect("a"), probe=outside.probe("a"))
        resume.set()
        await ended.wait()
        await run.step("b", outside.effect("b"), probe=outside.probe("b"))

    first = Journal(database, FakeClock(), [JobKind("job", stalled)], owner="first")
    await first.start()
    await enqueue("job", "job:1")
    await began.wait()
    clock.jump(timedelta(seconds=31))
    other = await Database.open(database_url)
    second = await start_journal(JobKind("job", takes_over), owner="second", database=other)
    await second.idle()
    assert outside.effects == ["a", "b"]
    assert len(outside.probes) == 1
    assert len(errors) == 1
    await first.stop()
    assert outside.effects == ["a", "b"]
    assert (await database.read(lambda unit: unit.jobs.counts()))["done"] == 1
    await second.stop()
    await other.close()
