"""A program run once: its output bounded, its time limited, and nothing of it left when its time is over."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from incidents.clock import Clock

_OUTPUT_LIMIT: Final = 16 * 1024
_GRACE_SECONDS: Final = 3
_LAST_WORDS_SECONDS: Final = 1
_HALF_LINE: Final = 4 * 1024
_CHUNK: Final = 64 * 1024
_INHERITED: Final = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR")


class NotStartedError(Exception):
    """The program could not be started at all; the text says why."""


@dataclass(frozen=True)
class Ended:
    """How it ended.

    Attributes:
        status: its exit status; negative for the signal that ended it.
        output: the end of what it wrote to both its outputs, 16 KiB at most; what is no UTF-8 is replaced.
        timed_out: whether it was ended because its time was over.
    """

    status: int
    output: str
    timed_out: bool


async def run(
    argv: Sequence[str],
    *,
    clock: Clock,
    seconds: float,
    cwd: str | None,
    env: Mapping[str, str],
    started: Callable[[int], Awaitable[None]] | None = None,
) -> Ended:
    """Run it to its end, or to the end of its time. Cancelled, it ends the program too.

    Args:
        argv: the program and its arguments; no shell sees them.
        clock: tells when its time is over.
        seconds: until it is asked to end, with all its children; 3 s later they are made to.
        cwd: where it runs.
        env: variables beside PATH, HOME and the language.
        started: told the process's id.

    Raises:
        NotStartedError: it can't be started.
    """
    reading, writing = os.pipe()
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    try:
        process = await asyncio.create_subprocess_exec(
            *argv,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=writing,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
            cwd=cwd,
            env=inherited | dict(env),
        )
    except (OSError, ValueError) as error:
        os.close(reading)
        why = error.strerror if isinstance(error, OSError) else None
        raise NotStartedError(why or "the operating system refused it") from error
    finally:
        os.close(writing)
    return await _watch(process, _Output(reading), clock, seconds, started)


async def _watch(
    process: asyncio.subprocess.Process,
    output: "_Output",
    clock: Clock,
    seconds: float,
    started: Callable[[int], Awaitable[None]] | None,
) -> Ended:
    exited = asyncio.Event()
    waiting = asyncio.create_task(_tell(process, exited))
    listening = asyncio.create_task(output.listen())
    try:
        if started is not None:
            await started(process.pid)
        in_time = await clock.wait(exited, clock.now() + timedelta(seconds=seconds))
        if not in_time:
            _signal(process.pid, signal.SIGTERM)
            await clock.wait(exited, clock.now() + timedelta(seconds=_GRACE_SECONDS))
            _signal(process.pid, signal.SIGKILL)
            await exited.wait()
        # a child that was left behind on purpose may hold the output open for ever
        await clock.wait(output.closed, clock.now() + timedelta(seconds=_LAST_WORDS_SECONDS))
    finally:
        if process.returncode is None:
            _signal(process.pid, signal.SIGKILL)
        listening.cancel()
        await asyncio.gather(waiting, listening, return_exceptions=True)
    return Ended(process.returncode or 0, output.text, timed_out=not in_time)


async def _tell(process: asyncio.subprocess.Process, exited: asyncio.Event) -> None:
    await process.wait()
    exited.set()


def _signal(group: int, number: signal.Signals) -> None:
    """To the whole group: the program began it, so it has the program's id."""
    with suppress(ProcessLookupError):
        os.killpg(group, number)


class _Output:
    """The end of what comes out of a pipe; the rest is read and forgotten, so that nobody waits for a reader."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._kept = bytearray()
        self._cut = False
        self.closed = asyncio.Event()

    async def listen(self) -> None:
        """Read until the last writer is gone."""
        reader = asyncio.StreamReader()
        pipe = os.fdopen(self._descriptor, "rb", 0)
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), pipe
        )
        try:
            while chunk := await reader.read(_CHUNK):
                self._kept += chunk
                if len(self._kept) > _OUTPUT_LIMIT:
                    self._cut = True
                    del self._kept[:-_OUTPUT_LIMIT]
            self.closed.set()
        finally:
            transport.close()

    @property
    def text(self) -> str:
        """What is kept, from the beginning of a line: half a secret could not be masked."""
        text = self._kept.decode("utf-8", "replace")
        if not self._cut:
            return text
        _, _, lines = text.partition("\n")
        return "…" + (lines or text[_HALF_LINE:])
