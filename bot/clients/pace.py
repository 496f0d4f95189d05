"""A token bucket: how often something may be asked of Slack, the urgent first."""

import asyncio
import heapq
from datetime import timedelta
from itertools import count
from typing import Final

from incidents.clock import Clock

_SHORTEST_NAP: Final = 0.001
"""Seconds; a shorter one may be rounded to nothing."""


class Pace:
    """Allows a burst, then a steady rate, so that no minute holds more than burst plus a minute at that rate."""

    def __init__(self, clock: Clock, *, burst: int, per_minute: float) -> None:
        self._clock = clock
        self._burst = burst
        self._rate = per_minute / 60
        self._tokens = float(burst)
        self._filled_at = clock.now()
        self._waiting: list[tuple[bool, int, asyncio.Future[None]]] = []
        self._numbers = count()
        self._serving: asyncio.Task[None] | None = None

    async def turn(self, *, urgent: bool = True) -> None:
        """Wait until it may be asked; who is not urgent waits behind who is."""
        self._refill()
        if self._tokens >= 1 and not self._waiting:
            self._tokens -= 1
            return
        mine = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (not urgent, next(self._numbers), mine))
        if self._serving is None or self._serving.done():
            self._serving = asyncio.create_task(self._serve())
        await mine

    async def _serve(self) -> None:
        while self._waiting:
            self._refill()
            if self._tokens < 1:
                await self._clock.sleep(max((1 - self._tokens) / self._rate, _SHORTEST_NAP))
                continue
            *_, next_one = heapq.heappop(self._waiting)
            if not next_one.done():  # else its caller gave up
                self._tokens -= 1
                next_one.set_result(None)

    def _refill(self) -> None:
        now = self._clock.now()
        passed = (now - self._filled_at) / timedelta(seconds=1)
        self._filled_at = now
        self._tokens = min(self._burst, self._tokens + max(passed, 0) * self._rate)

    def stop(self) -> None:
        """Let nobody wait any longer."""
        if self._serving:
            self._serving.cancel()
        for *_, waiting in self._waiting:
            waiting.cancel()
