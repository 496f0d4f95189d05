"""A running sandbox, Slack's own client against it, and a small receiver in the app's place."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import Sandbox

SCOPES = [
    "app_mentions:read",
    "bookmarks:read",
    "bookmarks:write",
    "channels:history",
    "channels:join",
    "channels:manage",
    "channels:read",
    "chat:write",
    "commands",
    "groups:history",
    "groups:read",
    "groups:write",
    "im:history",
    "im:read",
    "im:write",
    "pins:read",
    "pins:write",
    "reactions:read",
    "reactions:write",
    "usergroups:read",
    "users:read",
    "users:read.email",
]
EVENTS = [
    "app_home_opened",
    "app_mention",
    "channel_archive",
    "member_joined_channel",
    "message.channels",
    "message.groups",
    "reaction_added",
]


def manifest_with(scopes: list[str], events: list[str]) -> dict[str, Any]:
    """A manifest with these scopes and events."""
    shortcuts = [
        {"name": "Declare", "type": "global", "callback_id": "declare"},
        {"name": "Declare from here", "type": "message", "callback_id": "declare.message"},
    ]
    commands = [
        {"command": "/incident", "description": "Incidents", "usage_hint": "help"},
        {"command": "/escaped", "description": "Names become mentions", "should_escape": True},
    ]
    return {
        "display_information": {"name": "Cordon"},
        "features": {
            "bot_user": {"display_name": "cordon"},
            "app_home": {"home_tab_enabled": True},
            "slash_commands": commands,
            "shortcuts": shortcuts,
        },
        "oauth_config": {"scopes": {"bot": list(scopes)}},
        "settings": {
            "interactivity": {"is_enabled": True},
            "event_subscriptions": {"bot_events": list(events)},
            "socket_mode_enabled": True,
        },
    }


@dataclass
class Got:
    """A request as the app received it."""

    headers: dict[str, str]
    body: str

    @property
    def fields(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body, keep_blank_values=True).items()}

    @property
    def payload(self) -> dict[str, Any]:
        text = self.body if self.body.startswith("{") else self.fields["payload"]
        return dict(json.loads(text))


@dataclass
class Receiver:
    """The app's end: keeps what arrives and answers what the test says."""

    answer: Callable[[Got], web.Response] = lambda _: web.Response()
    all: list[Got] = field(default_factory=list)
    fresh: asyncio.Queue[Got] = field(default_factory=asyncio.Queue)
    silent: asyncio.Event | None = None

    async def serve(self, request: web.Request) -> web.Response:
        got = Got(dict(request.headers), await request.text())
        self.all.append(got)
        self.fresh.put_nowait(got)
        if self.silent is not None:
            await self.silent.wait()
        return self.answer(got)

    async def next(self) -> Got:
        return await asyncio.wait_for(self.fresh.get(), 10)


@pytest.fixture
def manifest() -> dict[str, Any]:
    return manifest_with(SCOPES, EVENTS)


@pytest.fixture
async def sandbox(manifest: dict[str, Any]) -> AsyncIterator[Sandbox]:
    one = Sandbox(manifest=manifest, ack_timeout=1, event_retry_delays=(0.01, 0.01, 0.01))
    await one.start()
    yield one
    await one.stop()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as one:
        yield one


@pytest.fixture
def slack(sandbox: Sandbox, session: aiohttp.ClientSession) -> AsyncWebClient:
    return AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url, session=session)


@pytest.fixture
async def receiver(sandbox: Sandbox) -> AsyncIterator[Receiver]:
    one = Receiver()
    application = web.Application()
    application.router.add_post("/slack/events", one.serve)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    sandbox.request_url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    yield one
    if one.silent is not None:
        one.silent.set()
    await runner.cleanup()


@pytest.fixture
def room(sandbox: Sandbox) -> str:
    """The id of #safety-incidents."""
    return sandbox.workspace.channel("#safety-incidents").id


@pytest.fixture
def refused() -> Callable[[Awaitable[object]], Awaitable[str]]:
    """Await a call that must be refused; the answer is its error code."""

    async def code(call: Awaitable[object]) -> str:
        with pytest.raises(SlackApiError) as caught:
            await call
        return str(caught.value.response["error"])

    return code
