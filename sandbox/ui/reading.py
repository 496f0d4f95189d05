"""What the page shows one person: people, the sidebar, a channel, the Home."""

from typing import Any

from aiohttp import web

from sandbox import modals
from sandbox.errors import NotVisibleError
from sandbox.hub import Hub
from sandbox.person import may_see
from sandbox.posts import reactions_json
from sandbox.ui.answers import answered
from sandbox.workspace import Channel, Json, Message, User, View

_LAST_MESSAGES = 200


class Reading:
    """Serves the page's GETs."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def routes(self) -> list[web.RouteDef]:
        """Where each answer is found."""
        pairs = {"people": self.people, "sidebar": self.sidebar, "channel": self.channel, "home": self.home}
        return [web.get(f"/ui/{name}", answered(serve)) for name, serve in pairs.items()]

    async def people(self, _request: web.Request) -> list[Json]:
        """Everybody but bots."""
        names = ("id", "name", "real_name", "tz", "color", "is_restricted", "deleted")
        people = [one for one in self._hub.workspace.users.values() if not one.is_bot]
        return [{name: getattr(one, name) for name in names} for one in people]

    async def sidebar(self, request: web.Request) -> Json:
        """The workspace around the channel: channels, the app, names to show for ids."""
        hub, user = self._hub, self._who(request)
        app = {"id": hub.workspace.app_id, "name": hub.app.name, "bot_user": hub.workspace.bot_user_id}
        shown = [
            one for one in hub.workspace.channels.values() if may_see(hub, user.id, one) and _is_listed(one)
        ]
        commands = hub.app.commands.values()
        return {
            "channels": [self._row(one, user) for one in sorted(shown, key=lambda one: (one.kind, one.name))],
            "app": app,
            "people": {one.id: one.name for one in hub.workspace.users.values()},
            "groups": {one.id: one.handle for one in hub.workspace.usergroups.values()},
            "shortcuts": [vars(one) for one in hub.app.shortcuts.values()],
            "slash": [
                {"command": one.command, "usage_hint": one.usage_hint, "description": one.description}
                for one in commands
            ],
            "connected": hub.dispatch.connected,
            "faults": hub.faults.described(),
            "latency": hub.latency,
        }

    def _row(self, channel: Channel, user: User) -> Json:
        return {
            "id": channel.id,
            "name": self._name(channel),
            "is_private": channel.is_private,
            "is_member": user.id in channel.members,
            "is_archived": channel.is_archived,
        }

    def _name(self, channel: Channel) -> str:
        return channel.name or self._hub.app.name

    async def channel(self, request: web.Request) -> Json:
        """A channel with its last messages."""
        user = self._who(request)
        channel = self._hub.workspace.channel(request.query.get("id", ""))
        if not may_see(self._hub, user.id, channel):
            raise NotVisibleError(f"{user.name} can't see {channel.id}.")
        bookmarks = channel.bookmarks.values()
        return {
            **self._row(channel, user),
            "topic": channel.topic,
            "members": channel.members,
            "bookmarks": [{"id": one.id, "title": one.title, "link": one.link} for one in bookmarks],
            "pins": channel.pins,
            "messages": [self._message(one) for one in channel.seen_by(user.id)[-_LAST_MESSAGES:]],
        }

    def _message(self, message: Message) -> Json:
        author = self._hub.workspace.users[message.user]
        return {
            "ts": message.ts,
            "thread_ts": message.thread_ts,
            "user": message.user,
            "bot": message.bot,
            "name": author.name,
            "text": message.text,
            "blocks": message.blocks,
            "edited": bool(message.edited),
            "ephemeral": message.ephemeral,
            "reactions": reactions_json(message),
            "files": [self._file(one) for one in message.files],
            "app_id": self._hub.workspace.app_id if message.bot else None,
        }

    def _file(self, file_id: str) -> Json:
        file = self._hub.workspace.files[file_id]
        return {"id": file.id, "name": file.name, "title": file.title, "size": file.size}

    async def home(self, request: web.Request) -> Json:
        """The app's Home as this person sees it."""
        return {"view": shown_view(self._hub, modals.home_of(self._hub, self._who(request).id))}

    def _who(self, request: web.Request) -> User:
        return self._hub.workspace.user(request.query.get("as", ""))


def _is_listed(channel: Channel) -> bool:
    return channel.kind != "im" or bool(channel.messages)


def shown_view(hub: Hub, view: View | None) -> dict[str, Any] | None:
    """A view for the page: Slack's description of it, with the errors to show."""
    if view is None:
        return None
    return modals.view_json(hub, view) | ({"errors": view.errors} if view.errors else {})
