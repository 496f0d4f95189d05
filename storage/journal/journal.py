"""The journal's loop: claims what is due, hands it to the crew, and waits for the next moment or a wake-up.

Any number of processes run it over one database: bots on PostgreSQL, on SQLite one bot and the command line.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from incidents.clock import Clock
from incidents.errors import CordonError, InDoubtError
from storage.database import Database
from storage.handoff import LeasedJob
from storage.journal.attempt import Attempts
from storage.journal.crew import Crew
from storage.journal.health import Health
from storage.journal.ledger import Ledger
from storage.journal.model import JobKind

_log = logging.getLogger(__name__)
_PAUSE = timedelta(seconds=1)
"""The wait after an error, or when others were faster."""
_KEPT = timedelta(days=7)
_PRUNED_EVERY = timedelta(hours=6)


class Journal:
    """Durable jobs of one process. All times by the clock given.

    Args:
        database: where the jobs are.
        clock: the time.
        kinds: what may be run here; jobs of other kinds are left to others.
        owner: the name of this process, unlike that of any other.
        lease_seconds: how long after a process's end others wait before they take its jobs over.
        parallel: how many jobs run at a time.
        poll_seconds: how late the work of other processes may be noticed.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        kinds: Sequence[JobKind],
        *,
        owner: str,
        lease_seconds: float = 30,
        parallel: int = 64,
        poll_seconds: float = 5,
    ) -> None:
        self._database = database
        self._clock = clock
        self._kinds = {kind.name: kind for kind in kinds}
        if len(self._kinds) < len(kinds):
            raise ValueError("two kinds of jobs have the same name")
        self._owner = owner
        self._presence = database.presence()
        self._lease_seconds = lease_seconds
        self._poll = timedelta(seconds=poll_seconds)
        self._health = Health()
        self._ledger = Ledger(database, owner)
        attempts = Attempts(self._kinds, self._ledger, clock, self.scheduled)
        self._crew = Crew(
            attempts, self._ledger, clock, self._health, lease_seconds=lease_seconds, parallel=parallel
        )
        self._wake = asyncio.Event()
        self._rested = asyncio.Event()
        self._resting = False
        self._until: datetime | None = None
        self._open = False
        self._next_prune = clock.now()
        self._tasks: list[asyncio.Task[None]] = []

    # --- for whoever starts and watches it -----------------------------------------------------------

    async def start(self) -> None:
        """Begin to run jobs, those left by an earlier process too."""
        if not self._database.is_shared:
            await self._inherit()
        self._open = True
        self._database.attach(self)
        self._tasks = [
            asyncio.create_task(self._loop(), name="journal-loop"),
            asyncio.create_task(self._crew.keep_leases(), name="journal-leases"),
        ]
        for task in self._tasks:
            task.add_done_callback(self._watch)

    async def stop(self, *, grace: float = 10) -> None:
        """Stop claiming, let running jobs finish for so many seconds, and leave the rest to others at once."""
        self._open = False
        self._database.detach(self)
        if not self._tasks:
            return
        loop, leases = self._tasks
        loop.cancel()
        await self._crew.stop(grace)
        leases.cancel()
        await asyncio.wait(self._tasks)
        self._tasks = []
        try:
            await self._ledger.release_all()
        except InDoubtError:
            _log.exception("leases could not be given up; others take the jobs over when they run out")
        self._presence.leave()

    async def idle(self) -> None:
        """Wait until no job is due or running; returns at once when the journal is stopped."""
        while not self._is_idle():
            self._rested.clear()
            self._crew.ended.clear()
            waits = [asyncio.ensure_future(event.wait()) for event in (self._rested, self._crew.ended)]
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            for wait in waits:
                wait.cancel()

    @property
    def running(self) -> int:
        """How many jobs this process runs at the moment."""
        return len(self._crew.ids)

    @property
    def healthy(self) -> bool:
        """Whether the loop is at work and the database answered it last time."""
        return bool(self._tasks) and not any(task.done() for task in self._tasks) and self.last_error is None

    @property
    def last_error(self) -> str | None:
        """What went wrong with the journal itself, None while all is well."""
        return self._health.last_error

    async def oldest_due_age(self) -> float:
        """For how many seconds the oldest due job has waited to be claimed; 0 when none waits."""
        due = await self._ledger.next_due(self._kinds)
        return 0.0 if due is None else max(0.0, (self._clock.now() - due).total_seconds())

    # --- for the repository of jobs -------------------------------------------------------------------

    @property
    def owner(self) -> str:
        """The name under which this process leases."""
        return self._owner

    @property
    def lease_seconds(self) -> float:
        """How long a lease lasts unless renewed."""
        return self._lease_seconds

    def takes(self, kind: str) -> bool:
        """Whether a job of this kind, due now, would be run by this process at once."""
        return self._open and kind in self._kinds

    def begin(self, job: LeasedJob) -> None:
        """Run a job that was committed leased by this process."""
        if self._open:
            self._crew.begin(job)

    def scheduled(self, run_at: datetime) -> None:
        """Know that some job, leased by nobody, was committed for that moment."""
        if not (self._resting and self._until is not None and run_at >= self._until):
            self._wake.set()

    # --- the loop --------------------------------------------------------------------------------------

    async def _loop(self) -> None:
        while True:
            # cleared before the next moment is read: what is committed meanwhile sets it again
            self._wake.clear()
            try:
                until = await self._claim_due()
            except (CordonError, SQLAlchemyError) as error:
                _log.exception("the journal could not read what is due")
                self._health.failed(error)
                until = self._clock.now() + _PAUSE
            await self._rest(until)

    async def _claim_due(self) -> datetime | None:
        """Lease and begin whatever is due; gives the moment to look again, None to wait to be woken."""
        await self._prune()
        while self._crew.room:
            now = self._clock.now()
            due = await self._ledger.next_due(self._kinds)
            self._health.well()
            if due is None or due > now:
                return self._next_look(due, now)
            if not await self._claim(now):
                return now + _PAUSE
        return None

    async def _claim(self, now: datetime) -> int:
        until = now + timedelta(seconds=self._lease_seconds)
        jobs = await self._ledger.claim(
            self._kinds, now=now, until=until, limit=self._crew.room, but=self._crew.ids
        )
        for job in jobs:
            self._crew.begin(job)
        return len(jobs)

    async def _inherit(self) -> None:
        """On SQLite, take over at once what processes left that are no more."""
        self._presence.show(self._owner)
        for owner in await self._ledger.owners():
            if owner != self._owner and not self._presence.is_alive(owner):
                await self._ledger.release_all(of=owner)

    def _next_look(self, due: datetime | None, now: datetime) -> datetime | None:
        poll = now + self._poll
        return poll if due is None else min(due, poll)

    async def _prune(self) -> None:
        if (now := self._clock.now()) >= self._next_prune:
            self._next_prune = now + _PRUNED_EVERY
            await self._ledger.prune(now - _KEPT)

    async def _rest(self, until: datetime | None) -> None:
        self._until = until
        self._resting = True
        self._rested.set()
        if self._crew.room:
            await self._clock.wait(self._wake, until)
        else:
            self._crew.ended.clear()
            await self._crew.ended.wait()
        self._resting = False

    def _watch(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.critical("%s has ended", task.get_name(), exc_info=error)
            self._health.failed(error)

    def _is_idle(self) -> bool:
        if not self._tasks:
            return True
        if any(task.done() for task in self._tasks):
            raise RuntimeError("the journal's loop has ended")
        at_rest = self._resting and not self._wake.is_set() and not self._crew.ids
        return at_rest and (self._until is None or self._until > self._clock.now())
