"""From what an organisation writes (U…, S…, @group, e-mail) to Slack's user ids, remembered for five minutes."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from slack_sdk.web.async_client import AsyncWebClient

from bot.clients.slack_calls import SlackCalls
from incidents.clock import Clock
from incidents.errors import PermanentError

_KEPT = timedelta(minutes=5)


class SlackPeople:
    """Resolves references to people."""

    def __init__(self, client: AsyncWebClient, calls: SlackCalls, clock: Clock) -> None:
        self._client = client
        self._calls = calls
        self._clock = clock
        self._known: dict[str, tuple[datetime, list[str] | None]] = {}

    async def resolve(self, references: Sequence[str]) -> tuple[list[str], list[str]]:
        """User ids without repetition, and the references that nobody was found for."""
        distinct = list(dict.fromkeys(references))
        found = await asyncio.gather(*(self._one(reference) for reference in distinct))
        users = [user for some in found if some for user in some]
        missing = [reference for reference, some in zip(distinct, found, strict=True) if some is None]
        return list(dict.fromkeys(users)), missing

    async def _one(self, reference: str) -> list[str] | None:
        if reference[0] in "UW" and "@" not in reference:
            return [reference]
        known = self._known.get(reference)
        if known and self._clock.now() - known[0] < _KEPT:
            return known[1]
        users = await self._ask(reference)
        self._known[reference] = (self._clock.now(), users)
        return users

    async def _ask(self, reference: str) -> list[str] | None:
        try:
            if reference.startswith("@"):
                group = await self._group_id(reference.removeprefix("@"))
                return await self._members(group) if group else None
            if "@" in reference:
                return [await self._by_email(reference)]
            return await self._members(reference)
        except PermanentError as error:
            if error.code in {"users_not_found", "user_not_found", "no_such_subteam", "subteam_not_found"}:
                return None
            raise

    async def _group_id(self, name: str) -> str | None:
        said = await self._calls.make("usergroups.list", self._client.usergroups_list, safe=True)
        return next((group["id"] for group in said["usergroups"] if group["handle"] == name), None)

    async def _members(self, group: str) -> list[str]:
        said = await self._calls.make(
            "usergroups.users.list", lambda: self._client.usergroups_users_list(usergroup=group), safe=True
        )
        return list(said["users"])

    async def _by_email(self, address: str) -> str:
        said = await self._calls.make(
            "users.lookupByEmail", lambda: self._client.users_lookupByEmail(email=address), safe=True
        )
        return str(said["user"]["id"])
