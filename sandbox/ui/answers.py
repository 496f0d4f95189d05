"""How the page's interface reads requests and says no."""

import json
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from aiohttp import web

from sandbox.errors import NotPossibleError, NotVisibleError
from sandbox.workspace import Json

Answering: TypeAlias = Callable[[web.Request], Awaitable[Any]]


class BadRequestError(Exception):
    """A request that the page would not make; the message says why."""


def answered(answering: Answering) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Turn a function that returns JSON, or raises, into one that answers."""

    async def serve(request: web.Request) -> web.Response:
        try:
            return web.json_response(await answering(request))
        except NotPossibleError as error:
            told: Json = {"ok": False, "error": str(error)}
            return web.json_response(told | ({"errors": error.errors} if error.errors else {}))
        except NotVisibleError as error:
            return web.json_response({"ok": False, "error": str(error)}, status=404)
        except BadRequestError as error:
            return web.json_response({"ok": False, "error": str(error)}, status=400)

    return serve


async def body_of(request: web.Request) -> Json:
    """The JSON object sent. Raises BadRequestError."""
    try:
        body = json.loads(await request.text())
    except ValueError as error:
        raise BadRequestError("Send a JSON object.") from error
    if not isinstance(body, dict):
        raise BadRequestError("Send a JSON object.")
    return body


def text_in(body: Json, name: str) -> str:
    """A text in the body. Raises BadRequestError."""
    value = body.get(name)
    if not isinstance(value, str):
        raise BadRequestError(f"{name!r} must be a text.")
    return value


def object_in(body: Json, name: str) -> Json:
    """An object in the body, empty when there is none. Raises BadRequestError."""
    value = body.get(name) or {}
    if not isinstance(value, dict):
        raise BadRequestError(f"{name!r} must be an object.")
    return value
