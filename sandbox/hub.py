"""Everything the parts of one sandbox share. Built once by the server; holds no behaviour of its own."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.changes import Change, Changes
from sandbox.dispatch import Dispatch
from sandbox.drafts import Drafts
from sandbox.faults import Faults
from sandbox.installed_app import InstalledApp
from sandbox.rates import Rates
from sandbox.response_urls import ResponseUrls
from sandbox.sockets import Sockets
from sandbox.triggers import Triggers
from sandbox.workspace import Workspace

_CALLS_KEPT = 20_000


@dataclass
class Call:
    """A Web API call. `at` and `answered` are monotonic seconds; `ok` is None until it is answered."""

    method: str
    arguments: Mapping[str, Any]
    at: float = field(default_factory=time.monotonic)
    ok: bool | None = None
    error: str | None = None
    answered: float | None = None


@dataclass
class Credentials:
    """The app's tokens and secret in this workspace."""

    bot_token: str
    app_token: str
    signing_secret: str
    verification_token: str


@dataclass
class Hub:
    """The shared parts. `latency` is in seconds, for each call's way to its effect."""

    app: InstalledApp
    credentials: Credentials
    workspace: Workspace
    clock: Callable[[], float]
    changes: Changes
    sockets: Sockets
    dispatch: Dispatch
    faults: Faults
    rates: Rates
    triggers: Triggers
    response_urls: ResponseUrls
    drafts: Drafts
    latency: float = 0.0
    calls: list[Call] = field(default_factory=list)
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    _last_due: float = 0.0

    def record(self, call: Call) -> None:
        """Note a call that has just come in."""
        self.calls.append(call)
        if len(self.calls) > _CALLS_KEPT:
            del self.calls[: _CALLS_KEPT // 10]

    async def travel(self) -> None:
        """Wait as long as a call travels; calls arrive in the order in which they left."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        self._last_due = max(now + self.latency, self._last_due + 1e-7 if self._last_due > now else 0.0)
        if self._last_due > now:
            await asyncio.sleep(self._last_due - now)

    def changed_channel(self, channel: str, user: str | None = None) -> None:
        """Announce a change in a channel, for one person only when `user` is given."""
        self.changes.announce(Change("channel", channel=channel, user=user))

    def changed_calls(self) -> None:
        """Announce that a Web API call was answered."""
        self.changes.announce(Change("call"))

    def changed_sidebar(self) -> None:
        """Announce that the list of channels or people looks different."""
        self.changes.announce(Change("sidebar"))
