"""A program with a journal that kills itself, as kill -9 does, at the point it is told.

Its effects are lines in a file. Arguments: database, file, the number of the point to die at (0: never).
"""

import asyncio
import contextlib
import os
import signal
import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path

from storage.database import Database
from storage.jobs import NewJob
from storage.journal import JobKind, JobRun, Journal

JOBS = 4
STEPS = ("open", "card", "topic", "invite", "close")


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def wait(self, event: asyncio.Event, until: datetime | None) -> bool:
        seconds = None if until is None else (until - self.now()).total_seconds()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await event.wait()
        return event.is_set()


class Outside:
    def __init__(self, file: Path, die_at: int) -> None:
        self._file = file
        self._points_left = die_at

    def point(self) -> None:
        self._points_left -= 1
        if self._points_left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    async def step(self, run: JobRun, name: str) -> None:
        line = f"{run.key} {name}\n"

        async def effect() -> int:
            self.point()
            await asyncio.sleep(0)
            with self._file.open("a") as file:
                file.write(line)
            self.point()
            await asyncio.sleep(0)
            return len(line)

        async def probe(_since: datetime) -> int | None:
            return len(line) if line in self._file.read_text().splitlines(keepends=True) else None

        assert await run.step(name, effect, probe=probe) == len(line)
        self.point()

    async def body(self, run: JobRun) -> None:
        first, *middle, last = STEPS
        await self.step(run, first)
        await asyncio.gather(*(self.step(run, name) for name in middle))
        await self.step(run, last)


async def main(url: str, file: str, die_at: str) -> None:
    outside = Outside(Path(file), int(die_at))
    clock = SystemClock()
    database = await Database.open(url)
    await database.upgrade()
    kind = JobKind("open", outside.body)
    journal = Journal(database, clock, [kind], owner=uuid.uuid4().hex, lease_seconds=0.5, poll_seconds=0.1)
    await journal.start()
    for number in range(JOBS):
        job = NewJob("open", f"open:{number}")
        await database.write(lambda unit, job=job: unit.jobs.add(job, now=clock.now()))  # type: ignore[misc]
    while (await database.read(lambda unit: unit.jobs.counts()))["done"] < JOBS:
        await journal.idle()
        await clock.sleep(0.02)
    await journal.stop()
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
