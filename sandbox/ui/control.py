"""Trouble by hand: faults, latency and the list of calls, over HTTP for whoever runs the sandbox."""

from aiohttp import web

from sandbox.hub import Hub
from sandbox.ui.answers import BadRequestError, answered, body_of
from sandbox.workspace import Json

_LAST_CALLS = 500
_SETTABLE = {"method", "kind", "nth", "times", "retry_after", "code", "seconds", "effect", "where"}


class Control:
    """Serves /control/…."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def routes(self) -> list[web.RouteDef]:
        """What can be asked and set."""
        return [
            web.get("/control/faults", answered(self.faults)),
            web.post("/control/faults", answered(self.add_fault)),
            web.delete("/control/faults", answered(self.clear_faults)),
            web.get("/control/calls", answered(self.calls)),
            web.post("/control/latency", answered(self.set_latency)),
        ]

    async def faults(self, _request: web.Request) -> Json:
        """The trouble ordered."""
        return {"ok": True, "faults": self._hub.faults.described()}

    async def add_fault(self, request: web.Request) -> Json:
        """Order trouble: the fields of a fault, `kind` at least."""
        body = await body_of(request)
        if set(body) - _SETTABLE or "kind" not in body:
            raise BadRequestError(f"A fault has kind and may have {', '.join(sorted(_SETTABLE - {'kind'}))}.")
        try:
            fault = self._hub.faults.add(**body)
        except (ValueError, TypeError) as error:
            raise BadRequestError(str(error)) from error
        self._hub.changed_sidebar()
        return {"ok": True, "id": fault.id}

    async def clear_faults(self, _request: web.Request) -> Json:
        """Cancel all orders and let held calls go on."""
        self._hub.faults.clear()
        self._hub.changed_sidebar()
        return {"ok": True}

    async def calls(self, _request: web.Request) -> Json:
        """The last calls, the newest last."""
        names = ("method", "arguments", "at", "answered", "ok", "error")
        calls = [{name: getattr(call, name) for name in names} for call in self._hub.calls[-_LAST_CALLS:]]
        return {"ok": True, "calls": calls}

    async def set_latency(self, request: web.Request) -> Json:
        """Set the seconds from a call to its effect."""
        seconds = (await body_of(request)).get("seconds")
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= 60:  # noqa: PLR2004
            raise BadRequestError("'seconds' must be a number from 0 to 60.")
        self._hub.latency = float(seconds)
        self._hub.changed_sidebar()
        return {"ok": True, "seconds": self._hub.latency}
