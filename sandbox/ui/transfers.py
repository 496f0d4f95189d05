"""Files on their way: what the app uploads, and what a person opens on the page."""

import base64
from urllib.parse import quote

from aiohttp import web

from sandbox.errors import NotVisibleError
from sandbox.hub import Hub
from sandbox.person import Person


class Transfers:
    """Serves /upload/<file> and /ui/file/<file>."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def routes(self) -> list[web.RouteDef]:
        """Where files come and go."""
        return [web.post("/upload/{file}", self.take), web.get("/ui/file/{file}", self.give)]

    async def take(self, request: web.Request) -> web.Response:
        """Take the bytes of a file whose address was given out, once, as long as was said."""
        file = self._hub.workspace.files.get(request.match_info["file"])
        if file is None or file.uploaded:
            return web.Response(status=404, text="There is no such upload.")
        body = await request.read()
        if len(body) != file.size:
            return web.Response(status=400, text=f"{file.size} bytes were announced, {len(body)} came.")
        file.content, file.uploaded = base64.b64encode(body).decode(), True
        return web.Response(text=f"OK - {len(body)}")

    async def give(self, request: web.Request) -> web.Response:
        """Give a file to a person who sees a message with it."""
        try:
            who = Person(self._hub, self._hub.workspace.user(request.query.get("as", "")).id)
            body = who.opens(request.match_info["file"])
        except NotVisibleError as error:
            return web.json_response({"ok": False, "error": str(error)}, status=404)
        file = self._hub.workspace.files[request.match_info["file"]]
        # never shown by the browser itself: a file must not run as the page
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name)}"}
        return web.Response(body=body, content_type="application/octet-stream", headers=headers)
