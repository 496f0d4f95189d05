"""The jobs that this process runs at the moment: each in a task of its own, its lease kept alive meanwhile.

Which jobs are due is the journal's loop's part; what a failed attempt means is `attempt.py`'s.
"""

import asyncio
import logging
from contextvars import Context
from dataclasses import dataclass
from datetime import timedelta

from incidents.clock import Clock
from incidents.errors import InDoubtError
from storage.handoff import LeasedJob
from storage.journal.attempt import Attempts
from storage.journal.health import Health
from storage.journal.ledger import Ledger

_log = logging.getLogger(__name__)


@dataclass
class _Held:
    job: LeasedJob
    task: asyncio.Task[None]


class Crew:
    """Runs leased jobs, at most `parallel` at a time; more wait, with their leases kept."""

    def __init__(
        self,
        attempts: Attempts,
        ledger: Ledger,
        clock: Clock,
        health: Health,
        *,
        lease_seconds: float,
        parallel: int,
    ) -> None:
        self._attempts = attempts
        self._ledger = ledger
        self._clock = clock
        self._health = health
        self._lease = timedelta(seconds=lease_seconds)
        self._parallel = parallel
        self._places = asyncio.Semaphore(parallel)
        self._held: dict[int, _Held] = {}
        self._at_work = asyncio.Event()
        self.ended = asyncio.Event()
        """Set whenever a job has ended; for those who wait for room or for quiet."""

    @property
    def ids(self) -> list[int]:
        """The jobs that are running or waiting for a place."""
        return list(self._held)

    @property
    def room(self) -> int:
        """How many more jobs could start at once."""
        return max(0, self._parallel - len(self._held))

    def begin(self, job: LeasedJob) -> None:
        """Run a job that this process has leased."""
        if (former := self._held.get(job.id)) is not None:
            former.task.cancel()
        # an empty context: a job must not carry the variables of the request that it was born in
        task = asyncio.create_task(self._run(job), name=f"journal-job-{job.id}", context=Context())
        self._held[job.id] = held = _Held(job, task)
        task.add_done_callback(lambda _: self._end(held))
        self._at_work.set()

    async def keep_leases(self) -> None:
        """Renew the leases of the jobs at work, for ever; stops those whose lease is lost."""
        while True:
            await self._at_work.wait()
            await self._clock.sleep(self._lease.total_seconds() / 3)
            if not self._held:
                self._at_work.clear()
                continue
            try:
                await self._renew([held.job for held in self._held.values()])
            except InDoubtError as error:
                self._health.failed(error)

    async def stop(self, grace: float) -> None:
        """Let jobs finish for so many seconds, then cancel them; those that wait for a place don't start."""
        self._attempts.closed = True
        tasks = [held.task for held in self._held.values()]
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=grace)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late)

    async def _run(self, job: LeasedJob) -> None:
        async with self._places:
            await self._attempts.attempt(job)

    async def _renew(self, jobs: list[LeasedJob]) -> None:
        fences = await self._ledger.renew([job.id for job in jobs], self._clock.now() + self._lease)
        for job in jobs:
            held = self._held.get(job.id)
            if held is not None and held.job is job and fences.get(job.id) != job.fence:
                _log.warning("job %s (%s) was taken over or cancelled; stopping it", job.id, job.key)
                held.task.cancel()

    def _end(self, held: _Held) -> None:
        if self._held.get(held.job.id) is held:
            del self._held[held.job.id]
        if not held.task.cancelled() and (error := held.task.exception()) is not None:
            # only the database can fail here; the lease will run out and the job be claimed again
            _log.error("job %s (%s) could not be written down", held.job.id, held.job.key, exc_info=error)
            self._health.failed(error)
        self.ended.set()
