"""Several calls under way at once, but never more than a few; none is left behind when one fails."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar

_T = TypeVar("_T")
_AT_ONCE: Final = 5


async def side_by_side(calls: Sequence[Callable[[], Awaitable[_T]]], *, at_once: int = _AT_ONCE) -> list[_T]:
    """The results in order. When a call fails, those not begun are left out, and its error is raised.

    Raises:
        Exception: whatever the first failing call raised, after those under way have ended.
    """
    waiting = list(enumerate(calls))[::-1]
    results: dict[int, _T] = {}

    async def work() -> None:
        while waiting:
            place, call = waiting.pop()
            try:
                results[place] = await call()
            except BaseException:
                waiting.clear()
                raise

    ended = await asyncio.gather(*(work() for _ in range(at_once)), return_exceptions=True)
    for failure in ended:
        if failure is not None:
            raise failure
    return [results[place] for place in range(len(calls))]
