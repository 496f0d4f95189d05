"""A server on the loopback interface that answers what a test tells it to, and remembers what it was asked."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from aiohttp import web

Trouble = Literal["", "hang", "drop"]


@dataclass
class Reply:
    """`trouble`: "hang" never answers, "drop" breaks the connection off; both after the request was noted."""

    status: int = 200
    json: Any = None
    text: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    trouble: Trouble = ""


@dataclass
class Asked:
    method: str
    path: str
    headers: Mapping[str, str]
    body: Any


class Outside:
    """Replies are given in order, the last again and again. What nobody told it about is a 404."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self._replies: dict[tuple[str, str], list[Reply]] = {}
        self._closing = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self.url = ""

    def replies(self, method: str, path: str, *replies: Reply) -> None:
        """What is answered at this raw path, without its query; "*" for any path."""
        self._replies[method, path] = list(replies)

    def sent(self, method: str) -> list[Asked]:
        return [one for one in self.asked if one.method == method]

    async def start(self) -> None:
        application = web.Application()
        application.router.add_route("*", "/{tail:.*}", self._serve)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        self._closing.set()
        if self._runner is not None:
            await self._runner.cleanup()

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        self.asked.append(
            Asked(
                request.method,
                request.raw_path,
                dict(request.headers),
                json.loads(raw) if request.content_type == "application/json" else raw.decode(),
            )
        )
        reply = self._next(request.method, request.raw_path.partition("?")[0])
        if reply.trouble == "hang":
            await self._closing.wait()
        if reply.trouble and request.transport is not None:
            request.transport.close()
        body = reply.text if reply.text is not None else json.dumps(reply.json)
        return web.Response(status=reply.status, text=body, headers=dict(reply.headers))

    def _next(self, method: str, path: str) -> Reply:
        waiting = self._replies.get((method, path)) or self._replies.get((method, "*"))
        if not waiting:
            return Reply(404, text="nothing here")
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]
