"""Runs the `cordon` command as a person does: a process of its own, an own folder, and no environment but what is given."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_ROOT: Final = Path(__file__).parents[1]
_PATIENCE: Final = 60
"""Seconds for one command on a busy machine."""


@dataclass(frozen=True)
class Ran:
    """What a command did: its exit status, and what it printed."""

    status: int
    out: str
    err: str


async def run(folder: Path, *words: str, variables: Mapping[str, str] | None = None) -> Ran:
    """Run `cordon` with these words in this folder, and wait until it ends."""
    process = await _start(folder, words, variables or {})
    try:
        out, err = await asyncio.wait_for(process.communicate(), _PATIENCE)
    except TimeoutError:
        process.kill()
        await process.communicate()
        raise
    return Ran(process.returncode or 0, out.decode(), err.decode())


@asynccontextmanager
async def running(
    folder: Path, *words: str, variables: Mapping[str, str] | None = None, stdin: int = DEVNULL
) -> AsyncIterator[Process]:
    """Run `cordon` until the block ends; it is killed there if it still runs."""
    process = await _start(folder, words, variables or {}, stdin)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await asyncio.wait_for(process.communicate(), _PATIENCE)


async def line(process: Process, containing: str) -> str:
    """The next line that it prints with these words in it."""
    assert process.stdout is not None
    async with asyncio.timeout(_PATIENCE):
        async for said in process.stdout:
            if containing in said.decode():
                return said.decode()
    assert process.stderr is not None
    raise AssertionError(f"It ended without saying {containing!r}:\n{(await process.stderr.read()).decode()}")


async def _start(
    folder: Path, words: tuple[str, ...], variables: Mapping[str, str], stdin: int = DEVNULL
) -> Process:
    kept = {name: value for name, value in os.environ.items() if name.startswith(("PATH", "COV"))}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bot", *words),
        cwd=folder,
        env={**kept, "PYTHONPATH": str(_ROOT), "PYTHONWARNINGS": "error", **variables},
        stdin=stdin,
        stdout=PIPE,
        stderr=PIPE,
        # tests that run in the background hand Ctrl-C down as ignored; at a person's terminal it never is
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
