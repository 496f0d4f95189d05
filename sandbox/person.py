"""A person in the workspace, for tests: does what a hand at the keyboard does, sees what their eyes would see."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from sandbox import interactions, modals, posts, rooms
from sandbox.api.conversations import check_name
from sandbox.api.marks import check_emoji
from sandbox.choosing import action, find
from sandbox.deliveries import Ack
from sandbox.errors import ApiError, NotPossibleError, NotVisibleError
from sandbox.events import emit
from sandbox.forms import filled
from sandbox.hub import Hub
from sandbox.typed_text import as_message
from sandbox.workspace import Channel, Message, View


class Person:
    """One person. Methods raise NotPossibleError for what Slack's client does not let a person do."""

    def __init__(self, hub: Hub, user_id: str) -> None:
        self._hub = hub
        self._user = hub.workspace.users[user_id]
        self.id = user_id
        self.name = self._user.name

    def __repr__(self) -> str:
        return f"Person({self.name})"

    # --- writing -----------------------------------------------------------------------------------

    async def slash(self, channel: str, text: str) -> Ack:
        """Type a slash command, such as "/incident list", in a channel (#name or id).

        Names are typed: "@bob". What the app answers is shown; so is its failure.
        """
        return await interactions.slash(self._hub, self._user, self._channel(channel), text)

    async def say(self, channel: str, text: str, *, thread_ts: str | None = None) -> str:
        """Write a message; returns its ts."""
        where = self._channel(channel)
        interactions.must_write(self._user, where)
        typed = as_message(self._hub.workspace, text)
        return posts.post(self._hub, where, self.id, typed, thread_ts=thread_ts).ts

    async def react(self, message: Message, name: str) -> None:
        """Add an emoji to a message, or take one's own away."""
        where = self._channel(message.channel)
        interactions.must_write(self._user, where)
        try:
            emoji = check_emoji(name)
        except ApiError as error:
            raise NotPossibleError(f"There is no emoji {name!r}.") from error
        current = self._current(message)
        undo = self.id in current.reactions.get(emoji, [])
        (posts.unreact if undo else posts.react)(self._hub, where, current, self.id, emoji)

    async def pin(self, message: Message) -> None:
        """Pin a message, or unpin it."""
        where = self._channel(message.channel)
        interactions.must_write(self._user, where)
        current = self._current(message)
        (posts.unpin if current.ts in where.pins else posts.pin)(self._hub, where, current, self.id)

    # --- using what the app shows --------------------------------------------------------------------

    async def click(
        self,
        message_or_view: Message | View,
        action_id: str,
        *,
        block_id: str | None = None,
        value: str | None = None,
        option: str | Sequence[str] | None = None,
        user: str | None = None,
    ) -> Ack:
        """Use the element with this action_id, as it stands in the message or view given.

        A message given as it was before an edit is pressed as by a client that has not seen the edit.

        Args:
            message_or_view: where it stands.
            action_id: which element.
            block_id: in which block, when several have it.
            value: the button's value, when several have it; the text to type into an input.
            option: the value or text of the option to choose, several for checkboxes.
            user: the name or id of the person to choose.
        """
        block, element = find(message_or_view.blocks, action_id, block_id=block_id, value=value)
        chosen = next((one for one in (option, user, value) if one is not None), None)
        sent = action(block, element, chosen, self._hub.workspace.users)
        if isinstance(message_or_view, View):
            return await interactions.press_view(self._hub, self._user, self._open(message_or_view), sent)
        current = self._current(message_or_view)
        where = self._channel(current.channel)
        return await interactions.press_message(
            self._hub, self._user, where, current, sent, seen=message_or_view
        )

    async def submit(self, view: View, values: Mapping[str, Any] | None = None) -> Ack:
        """Fill in a modal and send it.

        Args:
            view: the modal, on top for this person.
            values: plain values by action_id or block_id: texts, option values, people's names or ids, lists.
        """
        current = self._open(view)
        for block_id, held in filled(current, values or {}, self._hub.workspace.users).items():
            for action_id, state in held.items():
                self._hub.drafts.put(current.id, block_id, action_id, state)
        return await interactions.submit(self._hub, self._user, current)

    async def close(self, view: View) -> Ack:
        """Close a modal unsent."""
        return await interactions.close(self._hub, self._user, self._open(view))

    async def shortcut(self, callback_id: str, *, message: Message | None = None) -> Ack:
        """Use a global shortcut, or one on a message."""
        at = (self._channel(message.channel), self._current(message)) if message else None
        return await interactions.shortcut(self._hub, self._user, callback_id, at)

    async def open_home(self) -> None:
        """Look at the app's Home."""
        home = modals.home_of(self._hub, self.id)
        event: dict[str, Any] = {
            "type": "app_home_opened",
            "user": self.id,
            "channel": rooms.direct(self._hub, self.id).id,
            "tab": "home",
            "event_ts": self._hub.workspace.next_ts(self._hub.clock()),
        }
        emit(self._hub, event | ({"view": modals.view_json(self._hub, home)} if home else {}))

    # --- channels --------------------------------------------------------------------------------------

    async def create_channel(
        self, name: str, *, private: bool = False, people: Sequence[str] = ()
    ) -> Channel:
        """Make a channel with these people (names or ids) in it; the bot is not, unless named."""
        try:
            check_name(self._hub, name)
        except ApiError as error:
            raise NotPossibleError(f"No channel can be called {name!r}: {error.code}.") from error
        channel = rooms.create(self._hub, name, self.id, private=private)
        for one in people:
            rooms.add(self._hub, channel, self._hub.workspace.user(one).id, inviter=self.id)
        return channel

    async def join(self, channel: str) -> None:
        """Become a member of a public channel."""
        where = self._channel(channel)
        if self._user.is_restricted or where.is_archived:
            raise NotPossibleError(f"{self.name} can't join #{where.name}.")
        if self.id not in where.members:
            rooms.add(self._hub, where, self.id)

    async def leave(self, channel: str) -> None:
        """Stop being a member."""
        where = self._channel(channel)
        if self.id in where.members:
            rooms.remove(self._hub, where, self.id)

    # --- own messages ----------------------------------------------------------------------------------

    async def edit(self, message: Message, text: str) -> Message:
        """Change one's own message."""
        where, current = self._own(message)
        return posts.edit(self._hub, where, current, text=as_message(self._hub.workspace, text))

    async def delete(self, message: Message) -> None:
        """Delete one's own message."""
        posts.delete(self._hub, *self._own(message))

    # --- seeing ----------------------------------------------------------------------------------------

    def sees(self, channel: str) -> list[Message]:
        """The messages of a channel in order, own ephemeral ones among them. Raises NotVisibleError."""
        return self._channel(channel).seen_by(self.id)

    def opens(self, file_id: str) -> bytes:
        """What is in a file of a message that this person sees. Raises NotVisibleError."""
        seen = (one for channel in self.channels() for one in channel.seen_by(self.id))
        if not any(file_id in message.files for message in seen):
            raise NotVisibleError(f"{self.name} sees no file {file_id}.")
        return base64.b64decode(self._hub.workspace.files[file_id].content)

    def channels(self) -> list[Channel]:
        """The channels that this person can see: public ones, and private ones they are in."""
        return [one for one in self._hub.workspace.channels.values() if may_see(self._hub, self.id, one)]

    @property
    def view(self) -> View | None:
        """The modal on top for this person."""
        return modals.top_of(self._hub, self.id)

    @property
    def home(self) -> View | None:
        """The app's Home as this person sees it."""
        return modals.home_of(self._hub, self.id)

    async def until_view(self, title: str | None = None, *, timeout: float = 10) -> View:  # noqa: ASYNC109
        """Wait for a modal, with this title if one is given. Raises TimeoutError."""

        def wanted() -> View | None:
            view = self.view
            return view if view is not None and title in (None, view.title) else None

        view = await self._hub.changes.until(wanted, timeout=timeout)
        assert view is not None  # noqa: S101 -- for the type checker: until returns what is true
        return view

    # --- inside ------------------------------------------------------------------------------------------

    def _channel(self, name_or_id: str) -> Channel:
        channel = self._hub.workspace.channel(name_or_id)
        if not may_see(self._hub, self.id, channel):
            raise NotVisibleError(f"{self.name} can't see {name_or_id}.")
        return channel

    def _current(self, message: Message) -> Message:
        current = self._channel(message.channel).messages.get(message.ts)
        if current is None or current.ephemeral_to not in (None, self.id):
            raise NotPossibleError(f"{self.name} can't see the message {message.ts} any more.")
        return current

    def _own(self, message: Message) -> tuple[Channel, Message]:
        where, current = self._channel(message.channel), self._current(message)
        interactions.must_write(self._user, where)
        if current.user != self.id:
            raise NotPossibleError(f"{self.name} can't change somebody else's message.")
        return where, current

    def _open(self, view: View) -> View:
        current = self._hub.workspace.views.get(view.id)
        if current is None or current.user != self.id:
            raise NotPossibleError(f"The view {view.title!r} is not open for {self.name}.")
        return current


def may_see(hub: Hub, user_id: str, channel: Channel) -> bool:
    """Whether this person can see a channel; guests only those they are in."""
    user = hub.workspace.users[user_id]
    if user.id in channel.members:
        return not user.deleted
    return not channel.is_private and not user.is_restricted and not user.deleted
