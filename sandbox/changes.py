"""Who wants to know when something changes: waiting tests and open pages. Carries no state of its own."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

_T = TypeVar("_T")


@dataclass(frozen=True)
class Change:
    """Something changed: in a channel, for everybody or for one `user`."""

    kind: Literal["sidebar", "channel", "view", "home", "toast", "call", "delivery"]
    channel: str | None = None
    user: str | None = None
    text: str = ""


class Changes:
    """Tells listeners of each change, at once and in order."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[Change], None]] = []

    def announce(self, change: Change) -> None:
        """Tell everyone who listens."""
        for listener in list(self._listeners):
            listener(change)

    def listen(self, listener: Callable[[Change], None]) -> Callable[[], None]:
        """Call `listener` on each change until the returned function is called."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def until(self, predicate: Callable[[], _T | None], *, timeout: float) -> _T:  # noqa: ASYNC109 -- the interface
        """Wait until the predicate gives something true, and return that.

        It is asked now and within each change. A LookupError in it (a channel not there yet) means no.

        Raises:
            TimeoutError: it stayed false for so many seconds.
        """
        outcome: asyncio.Future[_T] = asyncio.get_running_loop().create_future()

        def ask(_: Change | None = None) -> None:
            if not outcome.done():
                _settle(outcome, predicate)

        unlisten = self.listen(ask)
        try:
            ask()
            return await asyncio.wait_for(outcome, timeout)
        finally:
            unlisten()


def _settle(outcome: "asyncio.Future[Any]", predicate: Callable[[], Any]) -> None:
    try:
        value = predicate()
    except LookupError:
        return
    except BaseException as error:  # noqa: BLE001 -- the waiter's own mistake goes to the waiter
        outcome.set_exception(error)
        return
    if value:
        outcome.set_result(value)
