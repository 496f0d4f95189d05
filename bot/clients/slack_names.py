"""People's names: from an id to what somebody is called, and from "@name" to an id. Remembered for five minutes."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.clients.slack_accounts import UNKNOWN, SlackAccounts
from incidents.clock import Clock
from incidents.errors import PermanentError

_KEPT: Final = timedelta(minutes=5)
_PAGES: Final = 50
_AT_ONCE: Final = 8


class SlackNames(SlackAccounts):
    """What people are called."""

    def __init__(self, client: AsyncWebClient, http: aiohttp.ClientSession, clock: Clock) -> None:
        """Know nobody yet."""
        super().__init__(client, http, clock)
        self._names: dict[str, tuple[datetime, str]] = {}
        self._everybody: tuple[datetime, dict[str, str]] | None = None
        self._asking = asyncio.Semaphore(_AT_ONCE)

    async def names(self, users: Sequence[str]) -> Mapping[str, str]:
        """What people are called, by id; who can't be found has their id for a name."""
        distinct = list(dict.fromkeys(users))
        found = await asyncio.gather(*(self._name(user) for user in distinct))
        return dict(zip(distinct, found, strict=True))

    async def _name(self, user: str) -> str:
        known = self._names.get(user)
        if known and self._clock.now() - known[0] < _KEPT:
            return known[1]
        try:
            async with self._asking:
                said = await self._calls.make(
                    "users.info", lambda: self._client.users_info(user=user), safe=True
                )
        except PermanentError as error:
            if error.code not in UNKNOWN:
                raise
            name = user
        else:
            self._remember_account(said["user"])
            name = next(iter(_called(said["user"])), user)
        self._names[user] = (self._clock.now(), name)
        return name

    async def meet(self) -> None:
        """Get to know everybody ahead of the first request."""
        self._everybody = (self._clock.now(), await self._list())

    async def person(self, name: str) -> str | None:
        """The user id of the active person whom people write as "@name", or None."""
        if self._everybody is None or self._clock.now() - self._everybody[0] >= _KEPT:
            self._everybody = (self._clock.now(), await self._list())
        return self._everybody[1].get(name.removeprefix("@").casefold())

    async def _list(self) -> dict[str, str]:
        """Ids by name; of two with the same name, neither can be meant."""
        claims: dict[str, set[str]] = {}
        cursor = ""
        for _ in range(_PAGES):
            said = await self._calls.make(
                "users.list",
                lambda cursor=cursor: self._client.users_list(limit=200, cursor=cursor or None),  # type: ignore[misc]
                safe=True,
            )
            for user in said["members"]:
                self._remember_account(user)
                if not user.get("deleted") and not user.get("is_bot"):
                    for name in _called(user):
                        claims.setdefault(name.casefold(), set()).add(user["id"])
            cursor = (said.get("response_metadata") or {}).get("next_cursor", "")
            if not cursor:
                break
        return {name: next(iter(ids)) for name, ids in claims.items() if len(ids) == 1}


def _called(user: Mapping[str, Any]) -> list[str]:
    """What somebody may be called, what Slack shows first."""
    profile = user.get("profile") or {}
    names = (profile.get("display_name"), profile.get("real_name") or user.get("real_name"), user.get("name"))
    return [str(name) for name in names if name]
