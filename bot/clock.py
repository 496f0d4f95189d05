"""The machine's clock, the one place where the program asks for the time."""

import asyncio
from datetime import UTC, datetime


class SystemClock:
    """Implements `incidents.clock.Clock` with the machine's time."""

    def now(self) -> datetime:
        """Tell the time, aware, in UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Wait for so many seconds."""
        await asyncio.sleep(max(seconds, 0))

    async def wait(self, event: asyncio.Event, until: datetime | None) -> bool:
        """Wait for the event, at most until that moment; returns whether it is set."""
        if until is None:
            return await event.wait()
        try:
            async with asyncio.timeout(max((until - self.now()).total_seconds(), 0)):
                return await event.wait()
        except TimeoutError:
            return event.is_set()
