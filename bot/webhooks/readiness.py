"""Whether this process can do its work: database, journal, Slack. Each reason why not is a sentence."""

import inspect
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from bot.clients.slack import SlackWorkspace
from bot.services.parts import Parts
from incidents.errors import OutsideError
from storage.journal import Journal

_SLACK_KEPT = timedelta(seconds=20)
"""How long an answer of Slack's counts, so that probes don't use up its rate."""


class Readiness:
    """Looks at what the bot depends on."""

    def __init__(
        self,
        parts: Parts,
        journal: Journal,
        workspace: SlackWorkspace,
        socket_connected: Callable[[], bool | Awaitable[bool]] | None,
    ) -> None:
        self.parts = parts
        self._journal = journal
        self._workspace = workspace
        self._socket_connected = socket_connected
        self._slack_asked: datetime | None = None
        self._slack_said = ""

    async def reasons(self) -> list[str]:
        """Why it is not ready; empty when it is."""
        found = [await self._database(), self._work(), await self._slack(), await self._socket()]
        return [reason for reason in found if reason]

    async def _database(self) -> str:
        try:
            await self.parts.database.ping()
        except OutsideError as error:
            return f"database: {error}"
        return ""

    def _work(self) -> str:
        return "" if self._journal.healthy else f"journal: {self._journal.last_error}"

    async def _slack(self) -> str:
        now = self.parts.clock.now()
        if self._slack_asked is None or now - self._slack_asked > _SLACK_KEPT:
            try:
                await self._workspace.reachable()
                self._slack_said = ""
            except OutsideError as error:
                self._slack_said = f"slack: {error}"
            self._slack_asked = now
        return self._slack_said

    async def _socket(self) -> str:
        if self._socket_connected is None:
            return ""
        connected = self._socket_connected()
        if inspect.isawaitable(connected):
            connected = await connected
        return "" if connected else "slack: the Socket Mode connection is down; it is being made again"
