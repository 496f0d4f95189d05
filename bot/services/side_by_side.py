"""Waits for several effects that run at the same time, all of them to their end."""

import asyncio
from collections.abc import Awaitable


async def side_by_side(*effects: Awaitable[object]) -> None:
    """Run these together; when one fails, its error is raised after the others have ended, not while they run on."""
    for outcome in await asyncio.gather(*effects, return_exceptions=True):
        if isinstance(outcome, BaseException):
            raise outcome
