"""The one door to Slack's Web API. Implements `incidents.ports.Workspace`."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from weakref import WeakValueDictionary

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.clients.pace import Pace
from bot.clients.slack_calls import SERVICE, SlackCalls
from bot.clients.slack_people import SlackPeople
from bot.views.mrkdwn import escape
from incidents.clock import Clock
from incidents.errors import InDoubtError, PermanentError, TemporaryError
from incidents.ports import Channel, Identity, Message

EVENT_TYPE: Final = "cordon_message"
_SKEW: Final = timedelta(minutes=2)
"""How far our clock and Slack's may be apart."""

_EDIT_BURST, _EDITS_PER_MINUTE = 20, 26
_PAGES: Final = 5
_FINE_INVITES: Final = {"already_in_channel", "cant_invite_self"}
_NOT_THERE: Final = {"not_in_channel", "channel_not_found", "user_not_in_channel", "is_archived"}

_log = logging.getLogger(__name__)


class SlackWorkspace:
    """One workspace, seen by one bot token."""

    def __init__(self, client: AsyncWebClient, http: aiohttp.ClientSession, clock: Clock) -> None:
        """Use a client and a session that the composition root made and closes."""
        self._client = client
        self._http = http
        self._clock = clock
        self._calls = SlackCalls(clock)
        self._people = SlackPeople(client, self._calls, clock)
        self._edits = Pace(clock, burst=_EDIT_BURST, per_minute=_EDITS_PER_MINUTE)
        self._lanes: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._identity: Identity | None = None
        self._channel_ids: dict[str, str] = {}

    # --- who we are ----------------------------------------------------------------------------

    async def identify(self) -> Identity:
        """Who the token belongs to; asked once."""
        if self._identity is None:
            said = await self._calls.make("auth.test", self._client.auth_test, safe=True)
            self._identity = Identity(
                team=said["team_id"], user=said["user_id"], bot=said["bot_id"], url=said.get("url", "")
            )
        return self._identity

    async def reachable(self) -> None:
        """Ask Slack anew who we are, for readiness."""
        await self._calls.make("auth.test", self._client.auth_test, safe=True)

    async def granted_scopes(self) -> set[str]:
        """The scopes that the token has."""
        headers: dict[str, str] = {}

        async def ask() -> AsyncSlackResponse:
            response = await self._client.auth_test()
            headers.update({name.lower(): value for name, value in response.headers.items()})
            return response

        await self._calls.make("auth.test", ask, safe=True)
        return {scope.strip() for scope in headers.get("x-oauth-scopes", "").split(",") if scope.strip()}

    async def try_socket(self, app_token: str) -> None:
        """See that the app token may open Socket Mode connections."""
        await self._calls.make(
            "apps.connections.open",
            lambda: self._client.apps_connections_open(app_token=app_token),
            safe=True,
        )

    def permalink(self, channel: str, ts: str | None = None) -> str | None:
        """The web address of a channel or message."""
        if self._identity is None or not self._identity.url:
            return None
        address = f"{self._identity.url.rstrip('/')}/archives/{channel}"
        return f"{address}/p{ts.replace('.', '')}" if ts else address

    # --- channels ------------------------------------------------------------------------------

    async def create_channel(self, name: str, *, private: bool) -> Channel:
        """Make a channel."""
        said = await self._calls.make(
            "conversations.create",
            lambda: self._client.conversations_create(name=name, is_private=private),
            safe=False,
        )
        return Channel(said["channel"]["id"], said["channel"]["name"])

    async def find_own_channel(self, names: Sequence[str], *, created_after: datetime) -> Channel | None:
        """The bot's own open channel with one of these names made after that moment, or None."""
        identity = await self.identify()
        earliest = (created_after - _SKEW).timestamp()
        async for one in self._own_channels():
            if (
                one["name"] in names
                and one.get("creator") == identity.user
                and one.get("created", 0) >= earliest
            ):
                return Channel(one["id"], one["name"])
        return None

    async def channel_id(self, reference: str) -> str | None:
        """The id of "#name" or "C…" if the bot is in that channel."""
        if not reference.startswith("#"):
            return reference
        if reference not in self._channel_ids:
            async for one in self._own_channels():
                self._channel_ids[f"#{one['name']}"] = one["id"]
        return self._channel_ids.get(reference)

    async def _own_channels(self) -> Any:  # noqa: ANN401 - an async generator of Slack's untyped channels
        cursor = ""
        for _ in range(_PAGES * 4):
            said = await self._calls.make(
                "users.conversations",
                lambda cursor=cursor: self._client.users_conversations(  # type: ignore[misc]
                    types="public_channel,private_channel",
                    exclude_archived=True,
                    limit=200,
                    cursor=cursor or None,
                ),
                safe=True,
            )
            for one in said["channels"]:
                yield one
            cursor = (said.get("response_metadata") or {}).get("next_cursor", "")
            if not cursor:
                return

    async def set_topic(self, channel: str, topic: str) -> None:
        """Set the channel's topic."""
        await self._calls.make(
            "conversations.setTopic",
            lambda: self._client.conversations_setTopic(channel=channel, topic=topic),
            safe=True,
        )

    async def invite(self, channel: str, users: Sequence[str]) -> Sequence[str]:
        """Invite people, 100 at a time; returns those who could not be invited."""
        identity = await self.identify()
        wanted = [user for user in dict.fromkeys(users) if user != identity.user]
        failed: list[str] = []
        for start in range(0, len(wanted), 100):
            failed += await self._invite_some(channel, wanted[start : start + 100])
        return failed

    async def _invite_some(self, channel: str, users: Sequence[str]) -> list[str]:
        try:
            said = await self._calls.make(
                "conversations.invite",
                lambda: self._client.conversations_invite(channel=channel, users=list(users), force=True),
                safe=True,
            )
        except PermanentError as error:
            if error.code in _FINE_INVITES and len(users) == 1:
                return []
            if len(users) == 1 or error.code in {"channel_not_found", "is_archived", "missing_scope"}:
                if error.code in {"channel_not_found", "is_archived", "missing_scope"}:
                    raise
                return list(users)
            one_by_one = [await self._invite_some(channel, [user]) for user in users]
            return [user for some in one_by_one for user in some]
        errors = said.get("errors") or []
        return [one["user"] for one in errors if one.get("error") not in _FINE_INVITES and "user" in one]

    async def add_bookmark(self, channel: str, title: str, link: str) -> None:
        """Add a link to the channel's bookmark bar."""
        await self._calls.make(
            "bookmarks.add",
            lambda: self._client.bookmarks_add(channel_id=channel, title=title, type="link", link=link),
            safe=False,
        )

    async def bookmarks(self, channel: str) -> Sequence[str]:
        """The titles on the channel's bookmark bar."""
        said = await self._calls.make(
            "bookmarks.list", lambda: self._client.bookmarks_list(channel_id=channel), safe=True
        )
        return [one["title"] for one in said["bookmarks"]]

    # --- messages ------------------------------------------------------------------------------

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
        oldest = str((posted_after - _SKEW).timestamp())
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

    # --- to one person -------------------------------------------------------------------------

    async def tell(self, user: str, message: Message, *, channel: str | None = None) -> None:
        """Tell one person alone: in the channel where that is possible, else by direct message."""
        if channel:
            try:
                await self._calls.make(
                    "chat.postEphemeral",
                    lambda: self._client.chat_postEphemeral(
                        channel=channel,
                        user=user,
                        text=escape(message.text),
                        blocks=list(message.blocks) or None,  # type: ignore[arg-type]
                    ),
                    safe=True,
                )
            except PermanentError as error:
                if error.code not in _NOT_THERE:
                    raise
            else:
                return
        opened = await self._calls.make(
            "conversations.open", lambda: self._client.conversations_open(users=[user]), safe=True
        )
        await self._post(opened["channel"]["id"], message, key="direct")

    async def answer(self, response_url: str, message: Message) -> None:
        """Answer a slash command or a button by its response_url, for 30 minutes and 5 times at most."""
        body = {
            "response_type": "ephemeral",
            "replace_original": False,
            "text": escape(message.text),
            **({"blocks": list(message.blocks)} if message.blocks else {}),
        }
        try:
            async with self._http.post(response_url, json=body) as response:
                refused = response.status if response.status != 200 else 0  # noqa: PLR2004 - OK
                text = (await response.text())[:200] if refused else ""
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise InDoubtError(SERVICE, type(error).__name__, "Slack's answer to a reply was lost") from None
        if refused:
            kind = TemporaryError if refused >= 500 or refused == 429 else PermanentError  # noqa: PLR2004 - HTTP
            raise kind(SERVICE, f"http_{refused}", f"Slack answered {refused} to a reply: {text}")

    async def open_modal(self, trigger_id: str, view: Mapping[str, Any]) -> str:
        """Open a modal; the trigger lives 3 s, so a failed one is not tried again."""
        said = await self._calls.make(
            "views.open", lambda: self._client.views_open(trigger_id=trigger_id, view=dict(view)), safe=False
        )
        return str(said["view"]["id"])

    async def replace_modal(self, view_id: str, view: Mapping[str, Any]) -> None:
        """Replace an open modal."""
        await self._calls.make(
            "views.update", lambda: self._client.views_update(view_id=view_id, view=dict(view)), safe=True
        )

    async def publish_home(self, user: str, view: Mapping[str, Any]) -> None:
        """Publish a person's App Home."""
        await self._calls.make(
            "views.publish", lambda: self._client.views_publish(user_id=user, view=dict(view)), safe=True
        )

    # --- people --------------------------------------------------------------------------------

    async def people(self, references: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
        """Turn U…, S…, @group and e-mail addresses into user ids; returns those and what was not found."""
        return await self._people.resolve(references)

    def stop(self) -> None:
        """Let nobody wait for a turn any longer."""
        self._edits.stop()
