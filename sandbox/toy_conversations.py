"""The toy service's conversations, and the endpoint by which they are paused and resumed."""

import hmac
import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import web

_REASON_LIMIT: Final = 500


@dataclass
class Conversation:
    """One conversation with the agent."""

    id: str
    paused: bool = False
    reason: str = ""

    @property
    def shown(self) -> dict[str, Any]:
        """As the endpoint answers it."""
        return {"id": self.id, "state": "paused" if self.paused else "open", "reason": self.reason}


class Conversations:
    """All of them; who knows the token may pause and resume, everybody may look."""

    def __init__(self, count: int, changed: Callable[[], None]) -> None:
        """All open, named c-1 and so on; `changed` is called after each change."""
        self.token = "toy-" + secrets.token_urlsafe(14)
        self._all = {f"c-{number}": Conversation(f"c-{number}") for number in range(1, count + 1)}
        self._changed = changed

    @property
    def open(self) -> int:
        """How many go on."""
        return sum(not one.paused for one in self._all.values())

    @property
    def open_share(self) -> float:
        """Which part of them goes on, from 0 to 1."""
        return self.open / len(self._all) if self._all else 0.0

    @property
    def summary(self) -> dict[str, int]:
        """How many of each sort there are."""
        return {"open": self.open, "paused": len(self._all) - self.open}

    def put(self, ids: Sequence[str] | None, *, paused: bool, reason: str) -> list[str]:
        """Pause or resume these, or all of them for None; does nothing where one is unknown.

        Returns:
            Those that are unknown.
        """
        unknown = [one for one in ids or () if one not in self._all]
        if unknown:
            return unknown
        for name in self._all if ids is None else ids:
            self._all[name].paused = paused
            self._all[name].reason = reason if paused else ""
        self._changed()
        return []

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Answer under /conversations."""
        router.add_get("/conversations", self._list)
        router.add_get("/conversations/{id}", self._one)
        router.add_post("/conversations/{verb:pause|resume}", self._put)

    async def _list(self, _: web.Request) -> web.Response:
        return web.json_response({**self.summary, "conversations": [one.shown for one in self._all.values()]})

    async def _one(self, request: web.Request) -> web.Response:
        found = self._all.get(request.match_info["id"])
        return web.json_response(found.shown) if found else _refused(404, "There is no such conversation.")

    async def _put(self, request: web.Request) -> web.Response:
        if not hmac.compare_digest(
            request.headers.get("Authorization", "").encode(), f"Bearer {self.token}".encode()
        ):
            return _refused(401, "Send the token.")
        asked = _read(await request.read())
        if asked is None:
            return _refused(400, 'Send {"ids": ["c-1"], "reason": "why"}, or {"all": true, "reason": "why"}.')
        ids, reason = asked
        if unknown := self.put(ids, paused=request.match_info["verb"] == "pause", reason=reason):
            return _refused(404, f"There are no conversations {', '.join(unknown[:5])}.")
        return web.json_response(self.summary)


def _read(raw: bytes) -> tuple[list[str] | None, str] | None:
    """Which conversations (None for all) and why; None where that can't be understood."""
    try:
        asked = json.loads(raw)
    except ValueError:
        return None
    if not isinstance(asked, dict) or not isinstance(asked.get("reason", ""), str):
        return None
    ids, reason = asked.get("ids"), asked.get("reason", "")[:_REASON_LIMIT]
    if asked.get("all") is True and ids is None:
        return None, reason
    well_formed = isinstance(ids, list) and bool(ids) and all(isinstance(one, str) for one in ids)
    return (ids, reason) if well_formed and not asked.get("all") else None


def _refused(status: int, message: str) -> web.Response:
    return web.json_response({"error": message}, status=status)
