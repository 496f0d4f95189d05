"""A few more tries of what failed for the moment only, in bounded time."""

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from bot.services.parts import Parts
from incidents.containment import ActionError

_T = TypeVar("_T")
_PAUSES: Final = (0.5, 1.5)
"""Seconds before each further try: a person waits for it."""


async def patiently(parts: Parts, call: Callable[[], Awaitable[_T]]) -> _T:
    """The call's result, tried again where nothing has happened and a moment later may do.

    Raises:
        ActionError: it failed for good, or again and again.
    """
    for pause in _PAUSES:
        try:
            return await call()
        except ActionError as error:
            if not error.temporary:
                raise
        await parts.clock.sleep(pause)
    return await call()
