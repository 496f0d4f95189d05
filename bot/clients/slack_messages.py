"""Messages in channels: posted in order and marked, found again, edited at Slack's pace, pinned."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final
from weakref import WeakValueDictionary

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.clients.pace import Pace
from bot.clients.slack_calls import SKEW
from bot.clients.slack_identity import SlackIdentity
from bot.views.mrkdwn import escape
from incidents.clock import Clock
from incidents.errors import PermanentError
from incidents.ports import Message

EVENT_TYPE: Final = "cordon_message"

_EDIT_BURST, _EDITS_PER_MINUTE = 20, 26
"""Of the 50 edits that Slack takes in a minute, a few are left for those sent again."""

_PAGES: Final = 5


class SlackMessages(SlackIdentity):
    """What everybody in a channel sees."""

    def __init__(self, client: AsyncWebClient, http: aiohttp.ClientSession, clock: Clock) -> None:
        """Start with every message's pace to spare."""
        super().__init__(client, http, clock)
        self._edits = Pace(clock, burst=_EDIT_BURST, per_minute=_EDITS_PER_MINUTE)
        self._lanes: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def post(self, channel: str, message: Message, *, key: str, pipelined: bool = False) -> str:
        """Post a message marked with `key`; returns its ts."""
        lane = self._lanes.setdefault(channel, asyncio.Lock())
        async with lane:
            if not pipelined:
                return await self._post(channel, message, key)
        return await self._post(channel, message, key)

    async def _post(self, channel: str, message: Message, key: str) -> str:
        said = await self._calls.make(
            "chat.postMessage",
            lambda: self._client.chat_postMessage(
                channel=channel,
                text=escape(message.text),
                blocks=list(message.blocks) or None,  # type: ignore[arg-type]
                metadata={"event_type": EVENT_TYPE, "event_payload": {"key": key}},
                unfurl_links=False,
                unfurl_media=False,
            ),
            safe=False,
            lane=channel,
        )
        return str(said["ts"])

    async def find_message(self, channel: str, key: str, *, posted_after: datetime) -> str | None:
        """The ts of the bot's message marked with `key`."""
        identity = await self.identify()
        oldest = str((posted_after - SKEW).timestamp())
        cursor = ""
        for _ in range(_PAGES):
            said = await self._calls.make(
                "conversations.history",
                lambda cursor=cursor: self._client.conversations_history(  # type: ignore[misc]
                    channel=channel,
                    oldest=oldest,
                    limit=200,
                    include_all_metadata=True,
                    cursor=cursor or None,
                ),
                safe=True,
            )
            for one in said["messages"]:
                payload = (one.get("metadata") or {}).get("event_payload") or {}
                if payload.get("key") == key and one.get("bot_id") == identity.bot:
                    return str(one["ts"])
            cursor = (said.get("response_metadata") or {}).get("next_cursor", "")
            if not cursor:
                break
        return None

    async def edit(
        self, channel: str, ts: str, draw: Callable[[], Awaitable[Message]], *, urgent: bool = True
    ) -> None:
        """Replace a message with what `draw` gives when Slack's pace allows it."""
        await self._edits.turn(urgent=urgent)
        message = await draw()
        await self._calls.make(
            "chat.update",
            lambda: self._client.chat_update(
                channel=channel,
                ts=ts,
                text=escape(message.text),
                blocks=list(message.blocks),  # type: ignore[arg-type]
            ),
            safe=True,
        )

    async def pin(self, channel: str, ts: str) -> None:
        """Pin a message; pinned already is fine."""
        try:
            await self._calls.make(
                "pins.add", lambda: self._client.pins_add(channel=channel, timestamp=ts), safe=True
            )
        except PermanentError as error:
            if error.code != "already_pinned":
                raise

    def stop(self) -> None:
        """Let nobody wait for a turn any longer."""
        self._edits.stop()
