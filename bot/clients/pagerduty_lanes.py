"""Blocking calls off the event loop: on a few threads of their own, bounded in time, one at a time for a key.

One at a time, because a call given up on goes on in its thread: a trigger that arrives behind its own resolution
would page anew.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Final, TypeVar

from bot.clients.pagerduty_answers import SERVICE, lost
from incidents.errors import OutsideError, TemporaryError

_T = TypeVar("_T")
_THREADS: Final = 4


class Lanes:
    """Runs calls; each call's caller waits for `deadline` seconds at most."""

    def __init__(self, deadline: float) -> None:
        self._deadline = deadline
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="pagerduty")
        self._under_way: dict[str, asyncio.Event] = {}

    async def run(self, key: str, call: Callable[[], _T | OutsideError]) -> _T:
        """Run a call that gives a result or an error, behind those of the same key.

        Raises:
            TemporaryError: it took too long, or was not begun in time.
            OutsideError: what the call gave.
        """
        try:
            async with asyncio.timeout(self._deadline):
                while earlier := self._under_way.get(key):
                    await earlier.wait()
                result = await asyncio.wrap_future(self._start(key, call))
        except TimeoutError:
            raise lost("timeout") from None
        if isinstance(result, OutsideError):
            raise result
        return result

    def _start(self, key: str, call: Callable[[], _T | OutsideError]) -> "Future[_T | OutsideError]":
        loop, ended = asyncio.get_running_loop(), asyncio.Event()

        def release() -> None:
            self._under_way.pop(key, None)
            ended.set()

        def in_thread(_: object) -> None:
            with suppress(RuntimeError):  # the loop has closed: nobody waits any more
                loop.call_soon_threadsafe(release)

        try:
            work = self._pool.submit(call)
        except RuntimeError:
            raise TemporaryError(SERVICE, "closed", "Cordon is stopping") from None
        self._under_way[key] = ended
        work.add_done_callback(in_thread)
        return work

    def close(self) -> None:
        """Begin nothing more. What is under way ends by its own timeouts."""
        self._pool.shutdown(wait=False, cancel_futures=True)
