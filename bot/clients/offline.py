"""The workspace as the command line knows it: people as cordon.yaml's operators, and no Slack.

Nothing here waits or reaches out. Whatever needs Slack fails as it does in an outage, so that it is left to the
journal, which does it when a bot reaches Slack again.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NoReturn

from incidents.errors import OutageError
from incidents.operators import Operator
from incidents.ports import Account, Channel, File, Identity, Message, Written

Belongs = Callable[[str, str], Awaitable[bool]]
"""Whether a person is known to belong to a channel: its id, and theirs."""


class OfflineWorkspace:
    """Implements `incidents.ports.Workspace` without Slack.

    Args:
        operators: who is known, by name.
        belongs: what is asked in place of Slack's list of a channel's members.
    """

    def __init__(self, operators: Mapping[str, Operator], belongs: Belongs) -> None:
        self._operators = dict(operators)
        self._belongs = belongs

    # --- what is known -------------------------------------------------------------------------------

    async def people(self, references: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
        """Operators by id and group; whoever else is in a group is not known here."""
        found: dict[str, None] = {}
        missing = []
        for reference in references:
            users = self._meant(reference)
            found.update(dict.fromkeys(users))
            if not users:
                missing.append(reference)
        return list(found), missing

    async def person(self, name: str) -> str | None:
        """The operator of this name, or None."""
        operator = self._operators.get(name.removeprefix("@").casefold())
        return operator.user if operator else None

    async def account(self, user: str) -> Account:
        """An operator's account is a full member's; who is not known counts as deactivated."""
        return self.account_at_hand(user)

    def account_at_hand(self, user: str) -> Account:
        """The same, which asks nobody."""
        return Account(is_deactivated=user not in {one.user for one in self._operators.values()})

    async def is_member(self, channel: str, user: str) -> bool:
        """Whether a person belongs to a channel as far as the record tells."""
        return await self._belongs(channel, user)

    async def names(self, users: Sequence[str]) -> Mapping[str, str]:
        """Operators' names, by id; who is none has their id for a name."""
        known = {one.user: name for name, one in self._operators.items()}
        return {user: known.get(user, user) for user in users}

    def permalink(self, channel: str, ts: str | None = None) -> str | None:
        """Not known here."""
        return None

    def _meant(self, reference: str) -> list[str]:
        if reference[:1] in {"U", "W"} and "@" not in reference:
            return [reference]
        return [one.user for one in self._operators.values() if reference in one.groups]

    # --- what needs Slack ----------------------------------------------------------------------------

    async def identify(self) -> Identity:
        """Needs Slack."""
        _offline()

    async def create_channel(self, name: str, *, private: bool) -> Channel:
        """Needs Slack."""
        _offline()

    async def find_own_channel(self, names: Sequence[str], *, created_after: datetime) -> Channel | None:
        """Needs Slack."""
        _offline()

    async def post(self, channel: str, message: Message, *, key: str, pipelined: bool = False) -> str:
        """Needs Slack."""
        _offline()

    async def find_message(self, channel: str, key: str, *, posted_after: datetime) -> str | None:
        """Needs Slack."""
        _offline()

    async def edit(
        self, channel: str, ts: str, draw: Callable[[], Awaitable[Message]], *, urgent: bool = True
    ) -> None:
        """Needs Slack."""
        _offline()

    async def tell(self, user: str, message: Message, *, channel: str | None = None) -> None:
        """Needs Slack."""
        _offline()

    async def answer(self, response_url: str, message: Message) -> None:
        """Needs Slack."""
        _offline()

    async def open_modal(self, trigger_id: str, view: Mapping[str, Any]) -> str:
        """Needs Slack."""
        _offline()

    async def replace_modal(self, view_id: str, view: Mapping[str, Any]) -> None:
        """Needs Slack."""
        _offline()

    async def publish_home(self, user: str, view: Mapping[str, Any]) -> None:
        """Needs Slack."""
        _offline()

    async def set_topic(self, channel: str, topic: str) -> None:
        """Needs Slack."""
        _offline()

    async def pin(self, channel: str, ts: str) -> None:
        """Needs Slack."""
        _offline()

    async def invite(self, channel: str, users: Sequence[str]) -> Sequence[str]:
        """Needs Slack."""
        _offline()

    async def add_bookmark(self, channel: str, title: str, link: str) -> None:
        """Needs Slack."""
        _offline()

    async def bookmarks(self, channel: str) -> Sequence[str]:
        """Needs Slack."""
        _offline()

    async def archive(self, channel: str) -> None:
        """Needs Slack."""
        _offline()

    async def unarchive(self, channel: str) -> None:
        """Needs Slack."""
        _offline()

    async def message_at(self, channel: str, ts: str) -> Written | None:
        """Needs Slack."""
        _offline()

    async def share(self, channel: str, files: Sequence[File], *, comment: str) -> None:
        """Needs Slack."""
        _offline()

    async def find_file(self, channel: str, name: str, *, posted_after: datetime) -> bool:
        """Needs Slack."""
        _offline()

    async def channel_id(self, reference: str) -> str | None:
        """Needs Slack."""
        _offline()


def _offline() -> NoReturn:
    raise OutageError("Slack", "offline", "The command line works without Slack; the bot tells Slack later")
