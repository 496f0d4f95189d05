"""A clock that stands still until a test moves it, so that 48 hours pass in a second."""

import asyncio
import heapq
import itertools
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
_PATIENCE = 0.05
"""Real seconds given to work under way before a sleeper among it is taken for what it waits for."""
_ROUNDS = 10
_LOOPS = {"journal-loop", "journal-leases", "refresher-sweep"}
"""Tasks that wait for the next thing to do; who else sleeps is in the middle of something."""


class FakeClock:
    """A `Clock` of `incidents.clock`. Sleepers wake in order of their moments, and the program settles between.

    What "settled" means is told with `settle_with(journal.idle)`; without it, a few turns of the event loop.
    """

    def __init__(self, start: datetime = START, *, lets_work_end: bool = False) -> None:
        """Stand at `start`; with `lets_work_end` an advance goes on past its target while work sleeps."""
        self._lets_work_end = lets_work_end
        self._now = start
        self._order = itertools.count()
        self._sleepers: list[tuple[datetime, int, asyncio.Future[None], bool]] = []
        self._settlers: list[Callable[[], Awaitable[None]]] = []

    def now(self) -> datetime:
        """Tell the time."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Wait until the test has moved the clock so far."""
        if seconds > 0:
            await self._sleeper(self._now + timedelta(seconds=seconds))

    async def wait(self, event: asyncio.Event, until: datetime | None) -> bool:
        """Wait for the event, at most until the moment given."""
        if event.is_set() or (until is not None and until <= self._now):
            return event.is_set()
        if until is None:
            return await event.wait()
        waits: set[asyncio.Future[Any]] = {asyncio.ensure_future(event.wait()), self._sleeper(until)}
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        return event.is_set()

    def settle_with(self, settler: Callable[[], Awaitable[None]]) -> None:
        """Before time goes on, wait for this too."""
        self._settlers.append(settler)

    async def advance(self, by: float | timedelta) -> None:
        """Let so much time pass (seconds or a timedelta), waking each sleeper at its moment."""
        target = self._now + (by if isinstance(by, timedelta) else timedelta(seconds=by))
        self._wake_due()
        await self._settle(target)
        while (moment := self._next()) is not None and moment <= target:
            self._now = max(self._now, moment)
            self._wake_due()
            await self._settle(target)
        self._now = max(self._now, target)
        await self._settle(target)
        while self._lets_work_end and (later := self._work_until()) is not None:
            self._now = max(self._now, later)
            self._wake_due()
            await self._settle(later)

    def jump(self, by: timedelta) -> None:
        """Set the clock forward as a stalled program would find it: nothing wakes before the next advance."""
        self._now += by

    def _sleeper(self, moment: datetime) -> asyncio.Future[None]:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        task = asyncio.current_task()
        of_loops = task is not None and task.get_name() in _LOOPS
        heapq.heappush(self._sleepers, (moment, next(self._order), future, of_loops))
        return future

    def _wake_due(self) -> None:
        while (moment := self._next()) is not None and moment <= self._now:
            heapq.heappop(self._sleepers)[2].set_result(None)

    def _next(self) -> datetime | None:
        while self._sleepers and self._sleepers[0][2].done():
            heapq.heappop(self._sleepers)
        return self._sleepers[0][0] if self._sleepers else None

    async def _settle(self, target: datetime) -> None:
        for _ in range(_ROUNDS):
            await asyncio.sleep(0)
        waiting = {asyncio.ensure_future(settler()) for settler in self._settlers}
        while waiting:
            done, waiting = await asyncio.wait(waiting, timeout=_PATIENCE)
            for settled in done:
                settled.result()
            if not done and (self._work_sleeps(target) or (self._lets_work_end and self._work_until())):
                break
        for wait in waiting:
            wait.cancel()

    def _work_sleeps(self, target: datetime) -> bool:
        """Whether something beside the journal's own tasks waits for a moment that this advance reaches."""
        until = self._work_until()
        return until is not None and until <= target

    def _work_until(self) -> datetime | None:
        """The next moment that something beside the program's own loops waits for."""
        moments = [
            moment for moment, _, future, of_loops in self._sleepers if not of_loops and not future.done()
        ]
        return min(moments, default=None)
