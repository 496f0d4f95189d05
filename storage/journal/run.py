"""One attempt at a job, as its body sees it: arguments, and steps that are done once."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar, cast

from incidents.clock import Clock
from incidents.errors import PermanentError, TemporaryError
from storage.handoff import LeasedJob
from storage.journal.ledger import Ledger, StepRecord

R = TypeVar("R")


class JobRun:
    """One attempt at a job.

    Attributes:
        job_id: the job's number.
        kind: its kind's name.
        key: its unique key.
        args: its arguments.
        incident_id: the incident that it is about, if any.
        attempt: 1 for the first attempt; grows with each that failed.
        last_attempt: whether the job is given up when this attempt fails.
        clock: the journal's time.
    """

    def __init__(
        self,
        job: LeasedJob,
        steps: Mapping[str, StepRecord],
        ledger: Ledger,
        clock: Clock,
        *,
        last_attempt: bool,
    ) -> None:
        self.job_id = job.id
        self.kind = job.kind
        self.key = job.key
        self.args = job.args
        self.incident_id = job.incident_id
        self.attempt = job.attempts + 1
        self.last_attempt = last_attempt
        self.clock = clock
        self._job = job
        self._steps = dict(steps)
        self._announced: set[str] = set()
        self._ledger = ledger

    def done(self, name: str) -> bool:
        """Whether the step of this name has been done."""
        step = self._steps.get(name)
        return step is not None and step.done

    async def intend(self, *names: str) -> None:
        """Record ahead that these steps are going to be done with a probe, while something else is waited for.

        Raises:
            LeaseLostError: another process took the job over, or it was cancelled; stop.
        """
        new = [name for name in names if name not in self._steps]
        await asyncio.gather(*(self._intend(name) for name in new))
        self._announced.update(new)

    def is_fresh(self, name: str) -> bool:
        """Whether no earlier attempt can have done the step of this name."""
        return name in self._announced or name not in self._steps

    async def step(
        self,
        name: str,
        effect: Callable[[], Awaitable[R]],
        *,
        probe: Callable[[datetime], Awaitable[R | None]] | None = None,
    ) -> R:
        """Do something once: a step that is done gives its recorded result, whichever attempt did it.

        Steps of different names may run side by side.

        Args:
            name: the step's name, unique in the job.
            effect: does it; its result must survive JSON, and is given back as JSON would.
            probe: finds the result of an effect that may have happened since the moment given, or None. With
                it, the intent is recorded before the effect, and an intent without a result is probed first.
                Without it, the effect must be safe to repeat.

        Raises:
            LeaseLostError: another process took the job over, or it was cancelled; stop.
        """
        known = self._steps.get(name)
        if known is not None and known.done:
            return cast("R", known.result)
        if probe is None:
            return await self._record(name, await effect())
        if name in self._announced:
            self._announced.discard(name)  # a second try within this attempt is in doubt
        elif known is not None and known.intent_at is not None:
            return await self._resolve(name, known.intent_at, effect, probe)
        else:
            await self._intend(name)
        try:
            result = await effect()
        except (TemporaryError, PermanentError):
            del self._steps[name]
            await self._ledger.withdraw(self._job, name)
            raise
        return await self._record(name, result)

    async def _resolve(
        self,
        name: str,
        intent_at: datetime,
        effect: Callable[[], Awaitable[R]],
        probe: Callable[[datetime], Awaitable[R | None]],
    ) -> R:
        """Do a step in doubt: look for its effect, and do it again only when there is none."""
        found = await probe(intent_at)
        if found is not None:
            return await self._record(name, found)
        # the old intent stays, even when the effect fails for certain: the probe may have looked too early
        await self._ledger.intend(self._job, name, intent_at)
        return await self._record(name, await effect())

    async def _intend(self, name: str) -> None:
        now = self.clock.now()
        await self._ledger.intend(self._job, name, now)
        self._steps[name] = StepRecord(name, now, done=False, result=None)

    async def _record(self, name: str, result: R) -> R:
        plain: Any = json.loads(json.dumps(result))
        await self._ledger.record(self._job, name, plain)
        self._steps[name] = StepRecord(name, None, done=True, result=plain)
        return cast("R", plain)
