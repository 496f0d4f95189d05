"""One attempt at a leased job, from its recorded steps to what is written about its end."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from incidents.clock import Clock
from incidents.errors import CordonError, LeaseLostError, OutageError
from storage.handoff import LeasedJob
from storage.journal.backoff import backoff, described
from storage.journal.ledger import Ledger
from storage.journal.model import JobKind
from storage.journal.run import JobRun
from storage.tables import JobState

_log = logging.getLogger(__name__)


class Attempts:
    """Runs the bodies of jobs and judges how they end.

    Attributes:
        closed: whether attempts not yet begun are left to others.
    """

    def __init__(
        self,
        kinds: Mapping[str, JobKind],
        ledger: Ledger,
        clock: Clock,
        postponed: Callable[[datetime], None],
    ) -> None:
        self._kinds = kinds
        self._ledger = ledger
        self._clock = clock
        self._postponed = postponed
        self.closed = False

    async def attempt(self, job: LeasedJob) -> None:
        """Run a job once; whatever its body raises ends up in the database and the log.

        Raises:
            InDoubtError: the database did not answer.
        """
        if self.closed:
            return
        kind = self._kinds[job.kind]
        # a job at its first fence was just born here: nothing can be recorded of it
        steps = await self._ledger.steps(job) if job.fence > 1 else {}
        last = job.attempts + 1 >= kind.max_attempts
        run = JobRun(job, steps, self._ledger, self._clock, last_attempt=last)
        error = await _error_of(kind.body(run))
        if error is None:
            written = await self._ledger.finish(job, JobState.DONE, self._clock.now())
        elif isinstance(error, LeaseLostError):
            written = False
        else:
            written = await self._failed(kind, job, run, error)
        if not written:
            _log.warning("job %s (%s) was taken over or cancelled", job.id, job.key)

    async def _failed(self, kind: JobKind, job: LeasedJob, run: JobRun, error: Exception) -> bool:
        attempts, words = job.attempts + 1, described(error)
        if isinstance(error, OutageError):
            # an outage alone never gives a job up, and leaves it tries for what comes after
            attempts = min(attempts, kind.max_attempts // 2)
        trace = None if isinstance(error, CordonError) else error
        _log.warning("job %s (%s) failed, attempt %s: %s", job.id, job.key, attempts, words, exc_info=trace)
        if kind.is_hopeless(error, attempts):
            return await self._give_up(kind, job, run, words)
        run_at = self._clock.now() + backoff(job.id, attempts, error)
        written = await self._ledger.postpone(job, run_at, words, attempts=attempts)
        self._postponed(run_at)
        return written

    async def _give_up(self, kind: JobKind, job: LeasedJob, run: JobRun, words: str) -> bool:
        """Tell, then write it down: after a crash between the two it is told again rather than never."""
        if kind.on_give_up is not None and (error := await _error_of(kind.on_give_up(run, words))):
            _log.error("giving up job %s (%s) could not be told", job.id, job.key, exc_info=error)
        return await self._ledger.finish(job, JobState.FAILED, self._clock.now(), words)


async def _error_of(call: Awaitable[None]) -> Exception | None:
    """What a body raised; the one place where any exception is taken, so that one job never stops the others."""
    try:
        await call
    except Exception as error:  # noqa: BLE001 - the journal's loop outlives whatever a job raises
        return error
    return None
