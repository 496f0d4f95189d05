"""The door of the Web API: tokens, arguments, rate limits and ordered trouble, then the method itself."""

import asyncio
import json
import time
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from sandbox.api.catalogue import METHODS
from sandbox.api.method import Method
from sandbox.errors import ApiError
from sandbox.faults import Fault
from sandbox.hub import Call, Hub
from sandbox.workspace import Json


class WebApi:
    """Serves /api/<method>."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer one call."""
        name = request.match_info["method"]
        try:
            arguments, token = await _read(request)
        except ApiError as error:
            return self._answer(Call(name, {}), _refused(error))
        call = Call(name, arguments)
        self._hub.record(call)
        try:
            method = self._admitted(name, token)
        except ApiError as error:
            return self._answer(call, _refused(error))
        return await self._perform(request, call, method)

    def _admitted(self, name: str, token: str) -> Method:
        method = METHODS.get(name)
        if method is None:
            raise ApiError("unknown_method", req_method=name)
        if method.token is None:
            return method
        own = self._hub.credentials
        if not token:
            raise ApiError("not_authed")
        if token not in (own.bot_token, own.app_token):
            raise ApiError("invalid_auth")
        if (token == own.app_token) != (method.token == "app"):  # noqa: S105 -- a kind of token
            raise ApiError("not_allowed_token_type")
        return method

    async def _perform(self, request: web.Request, call: Call, method: Method) -> web.StreamResponse:
        limit = self._limited(call, method)
        if limit is not None:
            return self._answer(call, {"ok": False, "error": "ratelimited"}, retry_after=limit)
        fault = self._hub.faults.match(call.method, call.arguments)
        if fault is not None:
            return await self._troubled(request, call, method, fault)
        return self._answer(call, await self._effect(call, method))

    def _limited(self, call: Call, method: Method) -> int | None:
        return self._hub.rates.retry_after(method.name, method.tier, str(call.arguments.get("channel", "")))

    async def _effect(self, call: Call, method: Method) -> Json:
        await self._hub.travel()
        try:
            return {"ok": True, **method.call(self._hub, call.arguments)}
        except ApiError as error:
            return _refused(error)

    async def _troubled(
        self, request: web.Request, call: Call, method: Method, fault: Fault
    ) -> web.StreamResponse:
        if not fault.acts_first:
            fault.hit.set()
        if fault.kind == "rate_limited":
            return self._answer(call, {"ok": False, "error": "ratelimited"}, retry_after=fault.retry_after)
        if fault.kind == "error":
            return self._answer(call, {"ok": False, "error": fault.code})
        if fault.kind == "http_500":
            self._finish(call, {"ok": False, "error": "http_500"})
            return web.Response(status=500, text="Internal Server Error", content_type="text/html")
        if fault.kind in {"hang", "timeout"}:
            return await self._never_answer(request, call, method, fault)
        return await self._delayed(request, call, method, fault)

    async def _never_answer(
        self, request: web.Request, call: Call, method: Method, fault: Fault
    ) -> web.StreamResponse:
        if fault.effect:
            self._finish(call, await self._effect(call, method))
        fault.hit.set()
        await self._hub.closing.wait()
        return _dropped(request)

    async def _delayed(
        self, request: web.Request, call: Call, method: Method, fault: Fault
    ) -> web.StreamResponse:
        if fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        if fault.kind == "hold_before":
            await fault.released.wait()
        body = await self._effect(call, method)
        self._finish(call, body)
        fault.hit.set()
        if fault.kind == "hold_after":
            await fault.released.wait()
        if fault.kind == "lost_answer":
            return _dropped(request)
        return self._answer(call, body)

    def _answer(self, call: Call, body: Json, *, retry_after: int | None = None) -> web.Response:
        self._finish(call, body)
        headers = {"X-OAuth-Scopes": ",".join(sorted(self._hub.app.scopes))}
        if retry_after is None:
            return web.json_response(body, headers=headers)
        return web.json_response(body, status=429, headers=headers | {"Retry-After": str(retry_after)})

    def _finish(self, call: Call, body: Json) -> None:
        if call.ok is None:
            call.ok, call.error, call.answered = body["ok"], body.get("error"), time.monotonic()
            self._hub.changed_calls()


def _refused(error: ApiError) -> Json:
    return {"ok": False, "error": error.code, **error.extra}


def _dropped(request: web.Request) -> web.Response:
    """Cut the connection; the response returned goes nowhere."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _read(request: web.Request) -> tuple[Mapping[str, Any], str]:
    """The arguments and the token, wherever they stand."""
    arguments: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        arguments |= await _json_body(request)
    elif request.can_read_body:
        arguments |= dict(await request.post())
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    given = str(arguments.pop("token", ""))
    return arguments, bearer if scheme.lower() == "bearer" else given


async def _json_body(request: web.Request) -> Json:
    try:
        body = json.loads(await request.text() or "{}")
    except ValueError as error:
        raise ApiError("invalid_json") from error
    if not isinstance(body, dict):
        raise ApiError("json_not_object")
    return body
