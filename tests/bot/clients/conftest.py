"""A sandbox, a door to it, and a clock on which waiting takes no time."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl

import aiohttp
import pytest
import yaml
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.clients.slack import SlackWorkspace
from incidents.clock import Clock
from incidents.ports import Message
from sandbox import Sandbox

MANIFEST = yaml.safe_load((Path(__file__).parents[3] / "manifest.yml").read_text())


class HurriedClock:
    """A `Clock` that jumps ahead whenever somebody sleeps, and keeps how long each wanted to."""

    def __init__(self) -> None:
        self._now = datetime.now(UTC)
        self.naps: list[float] = []

    def now(self) -> datetime:
        return self._now

    async def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self._now += timedelta(seconds=seconds)
        await asyncio.sleep(0)

    async def wait(self, event: asyncio.Event, until: datetime | None) -> bool:
        raise AssertionError("nothing here waits for an event")


@dataclass
class Presses:
    """The app's end of the sandbox: keeps the slash commands that people type."""

    fields: asyncio.Queue[dict[str, str]] = field(default_factory=asyncio.Queue)

    async def serve(self, request: web.Request) -> web.Response:
        self.fields.put_nowait(dict(parse_qsl(await request.text())))
        return web.Response()


@dataclass
class Desk:
    """What a test needs at hand."""

    sandbox: Sandbox
    session: aiohttp.ClientSession
    presses: Presses

    def door(self, clock: Clock, *, token: str = "", url: str = "") -> SlackWorkspace:
        client = AsyncWebClient(
            token=token or self.sandbox.bot_token,
            base_url=url or self.sandbox.api_url,
            session=self.session,
            retry_handlers=[],
        )
        return SlackWorkspace(client, self.session, clock)

    def id(self, name: str) -> str:
        """The id of a person, or of a "#channel"."""
        found = self.sandbox.workspace
        return found.channel(name).id if name.startswith("#") else found.user(name).id

    def asked(self, method: str) -> int:
        """How often a method was called."""
        return sum(call.method == method for call in self.sandbox.calls)

    async def slash(self, by: str = "ann") -> dict[str, str]:
        """What Slack sends for a slash command: its trigger_id and response_url among it."""
        await self.sandbox.person(by).slash("#safety-incidents", "/incident help")
        return await self.presses.fields.get()

    def words(self, channel: str) -> list[str]:
        """The texts of what everybody sees in a channel, oldest first."""
        messages = self.sandbox.workspace.channel(channel).messages.values()
        return [message.text for message in messages if not message.ephemeral]


@pytest.fixture
def clock() -> HurriedClock:
    return HurriedClock()


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    sandbox = Sandbox(manifest=MANIFEST)
    await sandbox.start()
    presses = Presses()
    application = web.Application()
    application.router.add_post("/slack/events", presses.serve)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    sandbox.request_url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    async with aiohttp.ClientSession() as session:
        yield Desk(sandbox, session, presses)
    await runner.cleanup()
    await sandbox.stop()


@pytest.fixture
async def slack(desk: Desk, clock: HurriedClock) -> AsyncIterator[SlackWorkspace]:
    workspace = desk.door(clock)
    yield workspace
    workspace.stop()


@pytest.fixture
def room(desk: Desk) -> str:
    """The id of #safety-incidents."""
    return desk.id("#safety-incidents")


@pytest.fixture
def hello() -> Message:
    return Message("hello")
