"""A sandbox workspace with a real bot in it, joined over real HTTP or Socket Mode on loopback."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import yaml

from bot.app import Cordon
from bot.organisation import Organisation
from bot.settings import Settings, read_environment
from incidents.clock import Clock
from sandbox import Channel, Message, Person, Sandbox

MANIFEST = yaml.safe_load((Path(__file__).parents[2] / "manifest.yml").read_text())
COMMON = "#safety-incidents"
_OFTEN, _SELDOM = 0.2, 10**7
"""Seconds between two looks for other processes' work; a clock that a test moves would stop at each of them."""


@dataclass
class Town:
    """What a test acts in. `http` or `socket` is how Slack's traffic reaches the bot."""

    folder: Path
    transport: str = "http"
    organisation: Organisation = field(default_factory=Organisation)
    clock: Clock | None = None
    database_url: str = ""
    call_timeout: float = 10
    extra: dict[str, str] = field(default_factory=dict)
    """More variables of the environment, such as PagerDuty's."""
    sandbox: Sandbox = field(default_factory=lambda: Sandbox(manifest=MANIFEST))
    cordon: Cordon = field(init=False, repr=False)

    async def open(self) -> Self:
        await self.sandbox.start()
        await self.start_bot()
        return self

    async def close(self) -> None:
        await self.stop_bot()
        await self.sandbox.stop()

    async def start_bot(self) -> None:
        variables = self.variables()
        settings = Settings(read_environment(variables), self.organisation, variables)
        poll = _SELDOM if self.clock else _OFTEN
        self.cordon = Cordon(settings, clock=self.clock, call_timeout=self.call_timeout, poll_seconds=poll)
        await self.cordon.start()
        if self.transport == "http":
            self.sandbox.request_url = f"{self.cordon.address}/slack/events"

    async def stop_bot(self) -> None:
        await self.cordon.stop()

    async def restart(self) -> None:
        await self.stop_bot()
        await self.start_bot()

    def variables(self) -> dict[str, str]:
        """The environment that a bot needs to join."""
        secret = {"SLACK_SIGNING_SECRET": self.sandbox.signing_secret}
        if self.transport == "socket":
            secret = {"SLACK_APP_TOKEN": self.sandbox.app_token}
        return {
            "SLACK_BOT_TOKEN": self.sandbox.bot_token,
            "SLACK_API_URL": self.sandbox.api_url,
            "DATABASE_URL": self.database_url or f"sqlite:///{self.folder}/cordon.db",
            "PORT": "0",
            "EVIDENCE_URL": str(self.folder / "evidence"),
            **secret,
            **self.extra,
        }

    # --- people --------------------------------------------------------------------------------

    def person(self, name: str) -> Person:
        return self.sandbox.person(name)

    async def declare(self, words: str = "sev1 Agent leaks customer data", by: str = "ann") -> Channel:
        """Type a declaration, and wait until the channel has all that belongs to it."""
        before = set(self.sandbox.workspace.channels)
        await self.person(by).slash(COMMON, f"/incident declare {words}")
        channel = await self.sandbox.until(
            lambda: next(
                (
                    c
                    for i, c in self.sandbox.workspace.channels.items()
                    if i not in before and c.name.startswith(("inc-", "drill-"))
                ),
                None,
            )
        )
        await self.cordon.idle()
        return channel

    async def contain(self, channel: Channel, by: str = "ann") -> None:
        """Verify containment, as it is asked for before resolving."""
        await self.person(by).slash(channel.id, "/incident verify 0 violations in 10 min")
        await self.until_message(channel, "Containment verified")
        await self.cordon.idle()

    def messages(self, channel: Channel | str, *, by_bot: bool = True) -> list[Message]:
        """What everybody sees in a channel, oldest first."""
        found = self.sandbox.workspace.channel(channel if isinstance(channel, str) else channel.id)
        return [
            message
            for message in found.messages.values()
            if not message.ephemeral and (message.bot or not by_bot)
        ]

    def message(self, channel: Channel | str, containing: str) -> Message:
        """The one message that everybody sees and that contains these words."""
        found = [message for message in self.messages(channel) if containing in message.words]
        assert len(found) == 1, f"{len(found)} messages contain {containing!r}:\n{self.sandbox.described()}"
        return found[0]

    async def until_message(self, channel: Channel | str, containing: str) -> Message:
        """Wait for a message that everybody sees."""
        return await self.sandbox.until(
            lambda: next((m for m in self.messages(channel) if containing in m.words), None)
        )

    async def until_whisper(self, name: str, channel: Channel | str, containing: str) -> Message:
        """Wait for a message that only this person sees."""
        where = channel if isinstance(channel, str) else channel.id

        def heard() -> Message | None:
            seen = self.person(name).sees(where)
            return next((m for m in seen if m.ephemeral and containing in m.words), None)

        return await self.sandbox.until(heard)

    def calls(self, method: str) -> list[Any]:
        return [call for call in self.sandbox.calls if call.method == method]


Opens = Callable[..., Any]
