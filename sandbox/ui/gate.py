"""Keeps other sites out: a page elsewhere must not reach this server through somebody's browser."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from aiohttp import web

Serve: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]

_NAMES = ("127.0.0.1", "localhost", "[::1]")
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


@web.middleware
async def gate(request: web.Request, handler: Serve) -> web.StreamResponse:
    """Refuse a Host or Origin that is not this machine, and posts that a plain form could make."""
    refusal = _refusal(request)
    if refusal:
        return web.json_response({"ok": False, "error": refusal}, status=403)
    response = await handler(request)
    if not response.prepared:
        response.headers.update(_HEADERS)
    return response


def _refusal(request: web.Request) -> str | None:
    port = request.url.port
    own = {f"{name}:{port}" for name in _NAMES} | ({*_NAMES} if port == 80 else set())  # noqa: PLR2004 -- HTTP's
    if request.host not in own:
        return "This server answers on the loopback interface only."
    origin = request.headers.get("Origin")
    if origin is not None and origin.removeprefix("http://") not in own:
        return "Requests from other sites are refused."
    own_interface = request.path.startswith(("/ui/", "/control/"))
    if own_interface and request.method != "GET" and request.content_type != "application/json":
        return "Send JSON, as application/json."
    return None
