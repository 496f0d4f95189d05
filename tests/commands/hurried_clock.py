"""A clock for one task that waits between two looks: its sleeps end at once, and time has passed."""

import asyncio
from datetime import datetime, timedelta

from tests.fake_clock import START


class HurriedClock:
    """A `Clock` of `incidents.clock` that lets time pass only when somebody sleeps."""

    def __init__(self) -> None:
        self._now = START
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self._now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self._now += timedelta(seconds=max(seconds, 0))
        await asyncio.sleep(0)

    async def wait(self, event: asyncio.Event, until: datetime | None) -> bool:
        if until is None:
            return await event.wait()
        self._now = max(self._now, until)
        return event.is_set()
