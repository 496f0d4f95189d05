"""Keeps the workspace and the tokens in a file between runs: written a moment after changes, whole or not at all."""

import asyncio
import os
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from sandbox.changes import Change
from sandbox.hub import Credentials, Hub
from sandbox.workspace import Workspace

_DELAY_SECONDS = 0.5
_TRANSIENT = {"call", "delivery", "toast"}


@dataclass
class Kept:
    """What a restart finds again."""

    credentials: Credentials
    workspace: Workspace


class StateFile:
    """The file. Written in a thread, so that nothing waits for the disk; `written` is set after the first time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._hub: Hub | None = None
        self._listening = ExitStack()
        self.written = asyncio.Event()
        self._changed = asyncio.Event()
        self._closing = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def load(self) -> Kept | None:
        """What was kept, None when there is no file. Raises ValueError when it can't be read."""
        if not self._path.exists():
            return None
        try:
            return TypeAdapter(Kept).validate_json(self._path.read_bytes())
        except ValidationError as error:
            raise ValueError(f"{self._path} is not a sandbox state file; move it away. {error}") from error

    def watch(self, hub: Hub) -> None:
        """Begin to write changes."""
        self._hub = hub
        self._listening.callback(hub.changes.listen(self._note))
        self._changed.set()
        self._task = asyncio.create_task(self._write_changes())

    def _note(self, change: Change) -> None:
        if change.kind not in _TRANSIENT:
            self._changed.set()

    async def _write_changes(self) -> None:
        while not self._closing.is_set():
            await self._changed.wait()
            self._changed.clear()
            await self._write()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), _DELAY_SECONDS)

    async def _write(self) -> None:
        if self._hub is not None:
            kept = Kept(self._hub.credentials, self._hub.workspace.snapshot())
            await asyncio.to_thread(self._replace, kept)
            self.written.set()

    def _replace(self, kept: Kept) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        beside = self._path.with_name(self._path.name + ".new")
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(TypeAdapter(Kept).dump_json(kept))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._path)

    async def close(self) -> None:
        """Write the last state and stop."""
        if self._task is None:
            return
        self._listening.close()
        # the task ends by itself: cancelled, it would leave a thread writing beside the last write
        self._closing.set()
        self._changed.set()
        await self._task
        await self._write()
