"""What the workspace holds: people, groups, channels, messages and views, as plain typed state.

Messages and views are frozen and replaced when they change, so that a message kept by a test stays what a
person saw at that moment. Who may do what is decided elsewhere.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

from sandbox.errors import NotVisibleError

Json: TypeAlias = dict[str, Any]
"""A JSON object; aliases of `dict` keep the payload signatures short."""


@dataclass
class User:
    """A person or the app's bot. `tz` is an IANA zone; `color` is for the page."""

    id: str
    name: str
    real_name: str
    email: str = ""
    tz: str = "UTC"
    color: str = "4f46e5"
    is_bot: bool = False
    is_restricted: bool = False
    deleted: bool = False


@dataclass
class Usergroup:
    """A user group, mentioned by its handle."""

    id: str
    handle: str
    name: str
    users: list[str]


@dataclass
class File:
    """A file: announced, then uploaded, then shared. `content` is base64, so that it can be kept as JSON."""

    id: str
    name: str
    title: str
    mimetype: str
    size: int
    user: str
    extension: str = ""
    content: str = ""
    uploaded: bool = False
    shared: bool = False

    def described(self) -> Json:
        """The file as Slack describes it to the app."""
        own = {"id": self.id, "name": self.name, "title": self.title, "user": self.user}
        return {**own, "mimetype": self.mimetype, "filetype": self.extension, "size": self.size}


@dataclass(frozen=True)
class Message:
    """A message as it is at one moment. An ephemeral one is for `ephemeral_to` only."""

    ts: str
    channel: str
    user: str
    text: str = ""
    blocks: list[Json] = field(default_factory=list)
    thread_ts: str | None = None
    metadata: Json | None = None
    edited: str | None = None
    bot: bool = False
    ephemeral_to: str | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)

    @property
    def ephemeral(self) -> bool:
        """Whether only one person sees it."""
        return self.ephemeral_to is not None

    @property
    def words(self) -> str:
        """All that can be read in it: its blocks' texts, or its text when there are no blocks."""
        return "\n".join(_texts(self.blocks)) if self.blocks else self.text


@dataclass
class Bookmark:
    """A link in a channel's bookmark bar."""

    id: str
    channel: str
    title: str
    link: str
    emoji: str = ""
    created: int = 0


@dataclass
class Channel:
    """A channel, or the direct conversation (`im`) of one person with the app. Messages are in order."""

    id: str
    name: str
    kind: Literal["channel", "group", "im"] = "channel"
    creator: str = ""
    created: int = 0
    is_archived: bool = False
    is_general: bool = False
    topic: str = ""
    purpose: str = ""
    members: list[str] = field(default_factory=list)
    messages: dict[str, Message] = field(default_factory=dict)
    pins: list[str] = field(default_factory=list)
    bookmarks: dict[str, Bookmark] = field(default_factory=dict)

    @property
    def is_private(self) -> bool:
        """Whether only members know of it."""
        return self.kind != "channel"

    def seen_by(self, user: str) -> list[Message]:
        """The messages that this person reads here, in order, their own ephemeral ones among them."""
        return [one for one in self.messages.values() if one.ephemeral_to in (None, user)]


@dataclass(frozen=True)
class View:
    """A modal or App Home at one moment: the app's definition, and what the client keeps beside it."""

    id: str
    user: str
    definition: Json
    hash: str
    root_view_id: str
    previous_view_id: str | None = None
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def type(self) -> str:
        """`modal` or `home`."""
        return str(self.definition["type"])

    @property
    def blocks(self) -> list[Json]:
        """The blocks shown."""
        return list(self.definition.get("blocks", []))

    @property
    def title(self) -> str:
        """The modal's title, empty for a home."""
        return str((self.definition.get("title") or {}).get("text", ""))

    @property
    def callback_id(self) -> str:
        """The app's name for this view."""
        return str(self.definition.get("callback_id", ""))

    @property
    def private_metadata(self) -> str:
        """What the app keeps in the view for itself."""
        return str(self.definition.get("private_metadata", ""))

    @property
    def words(self) -> str:
        """All that can be read in it."""
        return "\n".join(_texts(self.blocks))


@dataclass
class Workspace:
    """The whole state. `modals` holds each person's stack of open modals, the top one last."""

    team_id: str
    app_id: str
    bot_id: str
    bot_user_id: str
    team_domain: str = "cordon-sandbox"
    users: dict[str, User] = field(default_factory=dict)
    usergroups: dict[str, Usergroup] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    views: dict[str, View] = field(default_factory=dict)
    modals: dict[str, list[str]] = field(default_factory=dict)
    homes: dict[str, str] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)
    last_micros: int = 0

    def next_ts(self, now: float) -> str:
        """A message timestamp, later than every one before it even when the clock stands still."""
        self.last_micros = max(int(now * 1_000_000), self.last_micros + 1)
        return f"{self.last_micros // 1_000_000}.{self.last_micros % 1_000_000:06d}"

    def user(self, name_or_id: str) -> User:
        """A user by id or name. Raises NotVisibleError."""
        found = self.users.get(name_or_id) or next(
            (u for u in self.users.values() if u.name == name_or_id), None
        )
        if found is None:
            raise NotVisibleError(f"There is nobody called {name_or_id!r}.")
        return found

    def channel(self, name_or_id: str) -> Channel:
        """A channel by id, name or #name, whoever may see it. Raises NotVisibleError."""
        found = self.channels.get(name_or_id) or self.named(name_or_id.removeprefix("#"))
        if found is None:
            raise NotVisibleError(
                f"There is no channel {name_or_id!r}; there are {[c.name for c in self.channels.values()]}."
            )
        return found

    def named(self, name: str) -> Channel | None:
        """The channel with this name, archived or not, or None."""
        return next((c for c in self.channels.values() if c.kind != "im" and c.name == name), None)

    def snapshot(self) -> "Workspace":
        """A copy that another thread may read while this one goes on changing; frozen parts are shared."""
        channels = {
            one.id: replace(
                one,
                members=list(one.members),
                messages=dict(one.messages),
                pins=list(one.pins),
                bookmarks=dict(one.bookmarks),
            )
            for one in list(self.channels.values())
        }
        return replace(
            self,
            users=dict(self.users),
            usergroups=dict(self.usergroups),
            channels=channels,
            views=dict(self.views),
            modals={user: list(stack) for user, stack in self.modals.items()},
            homes=dict(self.homes),
            files={one.id: replace(one) for one in list(self.files.values())},
        )


def _texts(node: Any) -> Iterator[str]:  # noqa: ANN401 -- walks any JSON
    """Every text object's words in a tree of blocks, in order."""
    if isinstance(node, dict):
        if node.get("type") in {"plain_text", "mrkdwn"} and isinstance(node.get("text"), str):
            yield node["text"]
        else:
            for value in node.values():
                yield from _texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from _texts(value)
