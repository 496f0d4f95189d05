"""What sort of account a person has: full member, guest or deactivated. Remembered, since every press asks."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.clients.slack_identity import SlackIdentity
from incidents.clock import Clock
from incidents.errors import PermanentError
from incidents.ports import Account

UNKNOWN: Final = {"user_not_found", "user_not_visible", "users_not_found"}
_KEPT: Final = timedelta(minutes=30)
"""Somebody deactivated can't reach us through Slack any more, and few people become guests."""


class SlackAccounts(SlackIdentity):
    """People's accounts."""

    def __init__(self, client: AsyncWebClient, http: aiohttp.ClientSession, clock: Clock) -> None:
        """Know nobody yet."""
        super().__init__(client, http, clock)
        self._accounts: dict[str, tuple[datetime, Account]] = {}

    async def account(self, user: str) -> Account:
        """What sort of account this person has; who is not known counts as deactivated."""
        if (known := self.account_at_hand(user)) is not None:
            return known
        try:
            said = await self._calls.make("users.info", lambda: self._client.users_info(user=user), safe=True)
        except PermanentError as error:
            if error.code not in UNKNOWN:
                raise
            return Account(is_deactivated=True)
        return self._remember_account(said["user"])

    def account_at_hand(self, user: str) -> Account | None:
        """The same without asking anybody; None where it would have to be asked."""
        known = self._accounts.get(user)
        return known[1] if known and self._clock.now() - known[0] < _KEPT else None

    def _remember_account(self, user: Mapping[str, Any]) -> Account:
        account = Account(
            is_guest=bool(
                user.get("is_restricted") or user.get("is_ultra_restricted") or user.get("is_stranger")
            ),
            is_deactivated=bool(user.get("deleted")),
        )
        self._accounts[str(user["id"])] = (self._clock.now(), account)
        return account
