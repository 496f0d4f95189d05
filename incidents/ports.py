"""The outside doors as the use cases see them. Adapters in `bot/clients/` implement these protocols.

Every method may raise `TemporaryError`, `PermanentError` or `InDoubtError` of `incidents.errors`, and nothing
else: timeouts and vendors' exceptions are translated at the door.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True)
class Message:
    """A message as people see it: blocks, and a plain text, without markup, for notifications."""

    text: str
    blocks: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True)
class Channel:
    """A Slack channel by id, with the name that Slack gave it."""

    id: str
    name: str


@dataclass(frozen=True)
class Written:
    """A message that somebody wrote, as Slack keeps it: with its markup. `author` is a user id, or a bot's."""

    author: str
    text: str
    own: bool
    """Whether it is the bot's own."""
    files: Sequence[str] = ()
    """Names of what is attached."""


@dataclass(frozen=True)
class File:
    """A text file to share."""

    name: str
    title: str
    content: str


@dataclass(frozen=True)
class Identity:
    """Who the bot is in its workspace: ids of team, user and bot, and the workspace's web address."""

    team: str
    user: str
    bot: str
    url: str


@dataclass(frozen=True)
class Account:
    """What sort of account a person has."""

    is_guest: bool = False
    is_deactivated: bool = False


class Workspace(Protocol):
    """What the use cases need from Slack. Ids are Slack's."""

    async def identify(self) -> Identity:
        """Who the bot is."""
        ...

    async def create_channel(self, name: str, *, private: bool) -> Channel:
        """Make a channel. Raises PermanentError with code `name_taken` when the name is used."""
        ...

    async def find_own_channel(self, names: Sequence[str], *, created_after: datetime) -> Channel | None:
        """The bot's own channel with one of these names made after that moment, or None."""
        ...

    async def post(self, channel: str, message: Message, *, key: str, pipelined: bool = False) -> str:
        """Post a message marked with `key`; returns its ts.

        Messages to one channel leave in order, each when the one before has arrived. Pipelined ones leave in
        order without waiting: faster, and Slack may then show them in another order.
        """
        ...

    async def find_message(self, channel: str, key: str, *, posted_after: datetime) -> str | None:
        """The ts of the bot's message marked with `key`, looked for since that moment, or None."""
        ...

    async def edit(
        self, channel: str, ts: str, draw: Callable[[], Awaitable[Message]], *, urgent: bool = True
    ) -> None:
        """Replace a message with what `draw` gives when Slack's pace allows it, so that the last state is sent."""
        ...

    async def tell(self, user: str, message: Message, *, channel: str | None = None) -> None:
        """Tell one person alone: in the channel where that is possible, else by direct message."""
        ...

    async def answer(self, response_url: str, message: Message) -> None:
        """Answer a slash command or a button, seen by the person who used it only."""
        ...

    async def open_modal(self, trigger_id: str, view: Mapping[str, Any]) -> str:
        """Open a modal within 3 s of the trigger; returns the view's id."""
        ...

    async def replace_modal(self, view_id: str, view: Mapping[str, Any]) -> None:
        """Replace an open modal."""
        ...

    async def publish_home(self, user: str, view: Mapping[str, Any]) -> None:
        """Publish a person's App Home."""
        ...

    async def set_topic(self, channel: str, topic: str) -> None:
        """Set the channel's topic."""
        ...

    async def pin(self, channel: str, ts: str) -> None:
        """Pin a message; pinned already is fine."""
        ...

    async def invite(self, channel: str, users: Sequence[str]) -> Sequence[str]:
        """Invite people; returns those who could not be invited. Members already are fine."""
        ...

    async def add_bookmark(self, channel: str, title: str, link: str) -> None:
        """Add a link to the channel's bookmark bar."""
        ...

    async def bookmarks(self, channel: str) -> Sequence[str]:
        """The titles on the channel's bookmark bar."""
        ...

    async def people(self, references: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
        """Turn U…, S…, @group and e-mail addresses into user ids; returns those and what was not found."""
        ...

    async def person(self, name: str) -> str | None:
        """The user id of the active person whom people write as "@name", or None."""
        ...

    async def account(self, user: str) -> Account:
        """What sort of account this person has; who is not known counts as deactivated."""
        ...

    def account_at_hand(self, user: str) -> Account | None:
        """The same without asking anybody; None where it would have to be asked."""
        ...

    async def is_member(self, channel: str, user: str) -> bool:
        """Whether a person is in a channel; asked anew each time."""
        ...

    async def archive(self, channel: str) -> None:
        """Archive a channel; archived already is fine."""
        ...

    async def unarchive(self, channel: str) -> None:
        """Bring a channel back; not archived is fine."""
        ...

    async def names(self, users: Sequence[str]) -> Mapping[str, str]:
        """What people are called, by id; who can't be found has their id for a name."""
        ...

    async def message_at(self, channel: str, ts: str) -> Written | None:
        """The message with this ts as it is now, in a thread too, or None."""
        ...

    async def share(self, channel: str, files: Sequence[File], *, comment: str) -> None:
        """Share files in a channel under one plain comment."""
        ...

    async def find_file(self, channel: str, name: str, *, posted_after: datetime) -> bool:
        """Whether the bot shared a file of this name there since that moment."""
        ...

    async def channel_id(self, reference: str) -> str | None:
        """The id of "#name" or "C…" if the bot is in that channel, else None."""
        ...

    def permalink(self, channel: str, ts: str | None = None) -> str | None:
        """The web address of a channel or message; None while the workspace's own is not known."""
        ...
