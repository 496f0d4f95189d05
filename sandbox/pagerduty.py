"""A local PagerDuty: one service with one integration, its alerts and incidents, and trouble to order.

It speaks the Events API v2 (`POST /v2/enqueue`) and, to read only, what is needed of the REST API. Who is woken is
counted, nobody is. Statuses, texts and what a dedup_key does follow PagerDuty's documentation; an unknown routing
key of the right length is not described there, and is refused with 400.
"""

import asyncio
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from aiohttp import web

from sandbox.changes import Change, Changes
from sandbox.faults import Fault, Faults
from sandbox.pagerduty_alerts import Alert, Alerts

_T = TypeVar("_T")
_Json = dict[str, Any]
_BODY_LIMIT: Final = 512 * 1024
_FAILED: Final = 400


@dataclass(frozen=True)
class Asked:
    """One request as it came."""

    what: str
    headers: Mapping[str, str]
    body: _Json


class PagerDutySandbox:
    """A PagerDuty account on the loopback interface.

    Faults are ordered by `method`: "enqueue", or a REST path such as "/abilities". The kind `error` answers the status
    that its `code` is, such as "503"; the other kinds are as the workspace's.
    """

    def __init__(self, *, port: int = 0, emails: tuple[str, ...] = ("oncall@example.com",)) -> None:
        """Prepare an account with fresh keys; nothing runs before `start`.

        Args:
            port: where to listen, 0 for any free port.
            emails: the addresses of its users.
        """
        self._port = port
        self._emails = emails
        self._changes = Changes()
        self._closing = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self.routing_key = secrets.token_hex(16)
        self.api_key = "u+" + secrets.token_urlsafe(14)
        self.faults = Faults()
        self._service = Alerts(self.routing_key)
        self.asked: list[Asked] = []

    async def start(self) -> None:
        """Listen."""
        application = web.Application(client_max_size=_BODY_LIMIT)
        application.router.add_post("/v2/enqueue", self._serve_event)
        application.router.add_get("/{path}", self._serve_rest)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Stop listening, and let go of held requests."""
        self._closing.set()
        self.faults.clear()
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def url(self) -> str:
        """The base of both APIs, as PAGERDUTY_EVENTS_URL and PAGERDUTY_API_URL take it."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def alerts(self) -> list[Alert]:
        """The alerts, the newest last."""
        return self._service.all

    @property
    def incidents(self) -> list[_Json]:
        """The incidents, the newest last."""
        return [alert.incident for alert in self.alerts]

    def open_alert(self, dedup_key: str) -> Alert | None:
        """The alert of this key that is not resolved."""
        return self._service.open(dedup_key)

    async def until(self, predicate: Callable[[], _T], *, timeout: float = 10) -> _T:  # noqa: ASYNC109 -- as Sandbox's
        """Wait until the predicate gives something true; asked after every request. Raises TimeoutError."""
        return await self._changes.until(predicate, timeout=timeout)

    # --- the Events API --------------------------------------------------------------------------------

    async def _serve_event(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        try:
            event = json.loads(raw)
        except ValueError:
            event = None
        self._keep("enqueue", request, event if isinstance(event, dict) else {})
        return await self._answered(request, "enqueue", lambda: self._enqueue(event))

    def _enqueue(self, event: Any) -> tuple[int, _Json]:  # noqa: ANN401 -- JSON of any shape
        if not isinstance(event, dict):
            return _FAILED, _invalid(
                "Unrecognized object", "Event object format is unrecognized", ["JSON parse error"]
            )
        if errors := self._service.errors(event):
            return _FAILED, _invalid("invalid event", "Event object is invalid", errors)
        return 202, {
            "status": "success",
            "message": "Event processed",
            "dedup_key": self._service.take(event),
        }

    # --- the REST API ----------------------------------------------------------------------------------

    async def _serve_rest(self, request: web.Request) -> web.StreamResponse:
        self._keep(request.path, request, dict(request.query))
        return await self._answered(request, request.path, lambda: self._read(request))

    def _read(self, request: web.Request) -> tuple[int, _Json]:
        if request.headers.get("Authorization") != f"Token token={self.api_key}":
            return 401, {"error": {"message": "Unauthorized", "code": 2006}}
        query = request.query.get("query", "").casefold()
        shown: dict[str, _Json] = {
            "/abilities": {"abilities": ["teams", "urgencies"]},
            "/users": {"users": [{"type": "user", "email": one} for one in self._emails if query in one]},
            "/incidents": {"incidents": self.incidents, "more": False},
        }
        found = shown.get(request.path)
        return (200, found) if found else (404, {"error": {"message": "Not Found", "code": 2100}})

    # --- trouble ---------------------------------------------------------------------------------------

    def _keep(self, what: str, request: web.Request, body: _Json) -> None:
        self.asked.append(Asked(what, dict(request.headers), body))

    async def _answered(
        self, request: web.Request, what: str, effect: Callable[[], tuple[int, _Json]]
    ) -> web.StreamResponse:
        fault = self.faults.match(what, {})
        if fault is None:
            status, body = effect()
        else:
            status, body = await self._troubled(fault, effect)
        self._changes.announce(Change("call"))
        if not status and request.transport is not None:
            request.transport.abort()
            return web.Response()
        slow_down = fault is not None and fault.kind == "rate_limited" and fault.retry_after
        headers = {"Retry-After": str(fault.retry_after)} if fault and slow_down else {}
        return web.json_response(body, status=status, headers=headers)

    async def _troubled(self, fault: Fault, effect: Callable[[], tuple[int, _Json]]) -> tuple[int, _Json]:
        """The status and the body; status 0 for a connection cut."""
        done = effect() if fault.acts_first else None
        fault.hit.set()
        if fault.kind in {"rate_limited", "error", "http_500"}:
            status = {"rate_limited": 429, "http_500": 500}.get(fault.kind) or int(fault.code)
            return status, _invalid("error", "No.", [])
        if fault.kind == "lost_answer":
            return 0, {}
        if fault.kind in {"hang", "timeout"}:
            await self._closing.wait()
            return 0, {}
        await (asyncio.sleep(fault.seconds) if fault.kind == "slow" else fault.released.wait())
        return done or effect()


def _invalid(status: str, message: str, errors: list[str]) -> _Json:
    return {"status": status, "message": message, "errors": errors}
