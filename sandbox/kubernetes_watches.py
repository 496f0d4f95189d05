"""Open watches of the local cluster: JSON lines as things change, bookmarks, 410 for what is forgotten, cuts to order."""

import asyncio
import json
from typing import Final

from aiohttp import web

from sandbox.changes import Change
from sandbox.kubernetes_answers import Json, status
from sandbox.kubernetes_calls import Call
from sandbox.kubernetes_kinds import Kind
from sandbox.kubernetes_selectors import Matches, selector
from sandbox.kubernetes_store import Store

_LONGEST: Final = 300.0


class Watches:
    """All open watches.

    Attributes:
        open: how many there are.
        bookmark_seconds: how often a watch that asks for bookmarks gets one.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._cut = asyncio.Event()
        self.open = 0
        self.bookmark_seconds = 60.0

    def cut(self) -> None:
        """Break the connection of every open watch."""
        self._cut.set()
        self._cut = asyncio.Event()

    async def serve(self, request: web.Request, call: Call) -> web.StreamResponse:
        """Answer a watch until its time is over or it is cut."""
        matches = selector(call.query.get("labelSelector", ""), call.query.get("fieldSelector", ""))
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        response.enable_chunked_encoding()
        await response.prepare(request)
        cut = self._cut
        self.open += 1
        self._store.changes.announce(Change("call"))
        try:
            await self._feed(response, call, matches, cut)
        except ConnectionResetError:
            pass
        finally:
            self.open -= 1
        if cut.is_set() and request.transport is not None:
            request.transport.abort()
        return response

    async def _feed(
        self, response: web.StreamResponse, call: Call, matches: Matches, cut: asyncio.Event
    ) -> None:
        loop = asyncio.get_running_loop()
        end = loop.time() + float(call.query.get("timeoutSeconds", _LONGEST))
        kind, version = call.target.kind, int(call.query.get("resourceVersion") or 0)
        if version == 0:
            version = self._store.version
            for thing in self._store.all(kind, call.target.namespace, matches):
                await _write(response, {"type": "ADDED", "object": thing})
        changed = asyncio.Event()
        unlisten = self._store.changes.listen(lambda _: changed.set())
        try:
            while not cut.is_set() and loop.time() < end:
                changed.clear()
                if version < self._store.forgotten:
                    expired = status(410, f"too old resource version: {version}")
                    return await _write(response, {"type": "ERROR", "object": expired})
                version = await self._tell(response, call, matches, version)
                wait = min(end - loop.time(), self.bookmark_seconds)
                if not await _first(changed, cut, wait) and "allowWatchBookmarks" in call.query:
                    await _write(response, _bookmark(kind, self._store.version))
        finally:
            unlisten()

    async def _tell(self, response: web.StreamResponse, call: Call, matches: Matches, version: int) -> int:
        """Send what happened since; returns the newest version told."""
        for event in [one for one in self._store.history if one.version > version]:
            about, where = event.after["metadata"], call.target.namespace
            if event.kind == call.target.kind and where in (None, about.get("namespace")):
                shown = event.seen_through(matches)
                if shown is not None:
                    await _write(response, shown)
            version = event.version
        return version


async def _first(changed: asyncio.Event, cut: asyncio.Event, seconds: float) -> bool:
    waits = {asyncio.ensure_future(changed.wait()), asyncio.ensure_future(cut.wait())}
    done, left = await asyncio.wait(waits, timeout=max(seconds, 0), return_when=asyncio.FIRST_COMPLETED)
    for one in left:
        one.cancel()
    return bool(done)


async def _write(response: web.StreamResponse, event: Json) -> None:
    await response.write(json.dumps(event).encode() + b"\n")


def _bookmark(kind: Kind, version: int) -> Json:
    about = {"resourceVersion": str(version)}
    return {
        "type": "BOOKMARK",
        "object": {"kind": kind.kind, "apiVersion": kind.api_version, "metadata": about},
    }
