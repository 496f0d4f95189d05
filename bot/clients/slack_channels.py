"""Channels: made, found again, named, furnished, and filled with people."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.clients.slack_calls import SKEW, SlackRefusalError
from bot.clients.slack_identity import SlackIdentity
from incidents.clock import Clock
from incidents.ports import Channel

_PAGES: Final = 20
_FINE_INVITES: Final = {"already_in_channel", "cant_invite_self"}
_NOBODY_CAN_BE_INVITED: Final = {"channel_not_found", "not_in_channel", "is_archived", "missing_scope"}


class SlackChannels(SlackIdentity):
    """What concerns a channel as a whole."""

    def __init__(self, client: AsyncWebClient, http: aiohttp.ClientSession, clock: Clock) -> None:
        """Know no channel yet."""
        super().__init__(client, http, clock)
        self._channel_ids: dict[str, str] = {}

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
        earliest = (created_after - SKEW).timestamp()
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
        for _ in range(_PAGES):
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
        """Invite at most 100; a refusal that names people is about them alone."""
        try:
            await self._calls.make(
                "conversations.invite",
                lambda: self._client.conversations_invite(channel=channel, users=list(users), force=True),
                safe=True,
            )
        except SlackRefusalError as refusal:
            if refusal.code in _NOBODY_CAN_BE_INVITED:
                raise
            named = [user for user in users if user in refusal.people]
            failed = [user for user in named if refusal.people[user] not in _FINE_INVITES]
            return failed + await self._invite_others(channel, users, named, refusal.code)
        return []

    async def _invite_others(
        self, channel: str, users: Sequence[str], named: Sequence[str], code: str
    ) -> list[str]:
        """Invite those whom a refusal does not name: once more together, or each alone when it names nobody."""
        if named:
            others = [user for user in users if user not in named]
            return await self._invite_some(channel, others) if others else []
        if len(users) == 1:
            return [] if code in _FINE_INVITES else list(users)
        one_by_one = [await self._invite_some(channel, [user]) for user in users]
        return [user for some in one_by_one for user in some]

    async def is_member(self, channel: str, user: str) -> bool:
        """Whether a person is in a channel; asked anew each time."""
        cursor = ""
        for _ in range(_PAGES):
            said = await self._calls.make(
                "conversations.members",
                lambda cursor=cursor: self._client.conversations_members(  # type: ignore[misc]
                    channel=channel, limit=999, cursor=cursor or None
                ),
                safe=True,
            )
            if user in said["members"]:
                return True
            cursor = (said.get("response_metadata") or {}).get("next_cursor", "")
            if not cursor:
                break
        return False

    async def archive(self, channel: str) -> None:
        """Archive a channel; archived already is fine."""
        try:
            await self._calls.make(
                "conversations.archive",
                lambda: self._client.conversations_archive(channel=channel),
                safe=True,
            )
        except SlackRefusalError as refusal:
            if refusal.code != "already_archived":
                raise

    async def unarchive(self, channel: str) -> None:
        """Bring a channel back; not archived is fine."""
        try:
            await self._calls.make(
                "conversations.unarchive",
                lambda: self._client.conversations_unarchive(channel=channel),
                safe=True,
            )
        except SlackRefusalError as refusal:
            if refusal.code != "not_archived":
                raise

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
