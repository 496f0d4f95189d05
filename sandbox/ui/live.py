"""Tells open pages what changed for their person, at once and each thing once."""

import asyncio
import contextlib
import json

from aiohttp import web

from sandbox import modals
from sandbox.changes import Change
from sandbox.errors import NotVisibleError
from sandbox.hub import Hub
from sandbox.person import may_see
from sandbox.ui.reading import shown_view
from sandbox.workspace import Json


class Live:
    """Serves /ui/live."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._open: set[web.WebSocketResponse] = set()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Hold one page's socket."""
        try:
            user = self._hub.workspace.user(request.query.get("as", ""))
        except NotVisibleError as error:
            return web.json_response({"ok": False, "error": str(error)}, status=404)
        socket = web.WebSocketResponse(heartbeat=20)
        await socket.prepare(request)
        self._open.add(socket)
        follower = _Follower(self._hub, user.id)
        unlisten = self._hub.changes.listen(follower.note)
        follower.note(Change("view", user=user.id))
        sending = asyncio.create_task(follower.send_to(socket))
        try:
            async for _ in socket:
                pass
        finally:
            unlisten()
            self._open.discard(socket)
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
        return socket

    async def close(self) -> None:
        """Close every page's socket."""
        for socket in list(self._open):
            await socket.close()


class _Follower:
    """What one page has not been told yet; a thing that changes twice meanwhile is told once."""

    def __init__(self, hub: Hub, user: str) -> None:
        self._hub = hub
        self._user = user
        self._untold: dict[str, Json] = {}
        self._some = asyncio.Event()

    def note(self, change: Change) -> None:
        """Keep a change if it is for this person."""
        if change.kind in {"call", "delivery"} or change.user not in (None, self._user):
            return
        told = self._told(change)
        if told is not None:
            self._untold.setdefault(json.dumps(told), told)
            self._some.set()

    def _told(self, change: Change) -> Json | None:
        if change.kind == "channel":
            channel = self._hub.workspace.channels.get(change.channel or "")
            return (
                {"type": "channel", "id": channel.id}
                if channel and may_see(self._hub, self._user, channel)
                else None
            )
        return {"type": change.kind, "text": change.text} if change.kind == "toast" else {"type": change.kind}

    async def send_to(self, socket: web.WebSocketResponse) -> None:
        """Send what is untold, for ever."""
        with contextlib.suppress(ConnectionError):
            while True:
                await self._some.wait()
                self._some.clear()
                told, self._untold = list(self._untold.values()), {}
                for one in told:
                    await socket.send_json(one | self._view_now(one))

    def _view_now(self, told: Json) -> Json:
        if told["type"] != "view":
            return {}
        return {"view": shown_view(self._hub, modals.top_of(self._hub, self._user))}
