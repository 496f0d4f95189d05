"""Time is injected, so that 48 hours pass in a second under test. This module only names the interface."""

import asyncio
from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """The one source of time. All times are aware and in UTC."""

    def now(self) -> datetime:
        """Tell the time."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait for so many seconds; returns at once for zero or less."""
        ...

    async def wait(self, event: asyncio.Event, until: datetime | None) -> bool:
        """Wait for the event, at most until the moment given (None: without end).

        Returns:
            Whether the event is set.
        """
        ...
