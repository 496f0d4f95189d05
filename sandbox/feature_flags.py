"""Local keepers of feature flags: an Unleash and a LaunchDarkly on one port, sharing one set of flags.

Each speaks what is needed to read and switch a flag: Unleash's admin API (`/api/admin/projects/…`) and LaunchDarkly's
REST API v2 (`/api/v2/flags/…`, semantic patches). Paths, statuses and shapes follow their documentation.
"""

import asyncio
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import web

from sandbox.changes import Change, Changes
from sandbox.faults import Fault, Faults

_Json = dict[str, Any]
_Done = tuple[int, _Json]
_SEMANTIC: Final = "domain-model=launchdarkly.semanticpatch"
_KINDS: Final = {"turnFlagOn": True, "turnFlagOff": False}
_UNLEASH: Final = "/api/admin/projects/{project}/features/{flag}/environments/{environment}"
_LAUNCHDARKLY: Final = "/api/v2/flags/{project}/{flag}"


@dataclass
class Flag:
    """One flag in one environment; `version` grows with each change, `comment` is the last change's."""

    on: bool
    has_strategies: bool = True
    version: int = 1
    comment: str = ""


class FlagsSandbox:
    """Flags on the loopback interface, by (project, environment, name).

    Faults are ordered by `method`: "read" or "switch". The kind `error` answers the status that its `code` is.

    Attributes:
        changes: announces each switch.
    """

    def __init__(self, *, port: int = 0) -> None:
        """Prepare an empty account with a fresh token; nothing runs before `start`."""
        self._port = port
        self._closing = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self.token = "fl-" + secrets.token_urlsafe(14)
        self.faults = Faults()
        self.changes = Changes()
        self.flags: dict[tuple[str, str, str], Flag] = {}
        self.asked: list[str] = []

    async def start(self) -> None:
        """Listen."""
        application = web.Application()
        application.router.add_get(_UNLEASH, self._unleash_read)
        application.router.add_post(_UNLEASH + "/{state:on|off}", self._unleash_switch)
        application.router.add_get(_LAUNCHDARKLY, self._launchdarkly_read)
        application.router.add_patch(_LAUNCHDARKLY, self._launchdarkly_switch)
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
        """The base of both APIs."""
        return f"http://127.0.0.1:{self._port}"

    # --- Unleash ---------------------------------------------------------------------------------------

    async def _unleash_read(self, request: web.Request) -> web.StreamResponse:
        return await self._answered(request, "read", lambda: self._unleash_shown(request))

    async def _unleash_switch(self, request: web.Request) -> web.StreamResponse:
        def effect() -> _Done:
            status, shown = self._unleash_shown(request)
            if status == web.HTTPOk.status_code:
                self._put(request, request.match_info["environment"], on=request.match_info["state"] == "on")
            return status, shown

        return await self._answered(request, "switch", effect)

    def _unleash_shown(self, request: web.Request) -> _Done:
        environment = request.match_info["environment"]
        flag = self._find(request, environment)
        if flag is None:
            return 404, {"name": "NotFoundError", "message": "Could not find the feature environment"}
        return 200, {
            "name": environment,
            "featureName": request.match_info["flag"],
            "environment": environment,
            "enabled": flag.on,
            "hasStrategies": flag.has_strategies,
            "hasEnabledStrategies": flag.has_strategies,
        }

    # --- LaunchDarkly ----------------------------------------------------------------------------------

    async def _launchdarkly_read(self, request: web.Request) -> web.StreamResponse:
        return await self._answered(request, "read", lambda: self._launchdarkly_shown(request))

    async def _launchdarkly_switch(self, request: web.Request) -> web.StreamResponse:
        try:
            patch = json.loads(await request.read())
        except ValueError:
            patch = {}
        return await self._answered(request, "switch", lambda: self._patched(request, patch))

    def _patched(self, request: web.Request, patch: _Json) -> _Done:
        environment = str(patch.get("environmentKey"))
        kinds = [one.get("kind") for one in patch.get("instructions", [])]
        if _SEMANTIC not in request.headers.get("Content-Type", "") or not set(kinds) <= set(_KINDS):
            return 400, {"code": "invalid_request", "message": "Invalid patch"}
        if self._find(request, environment) is None:
            return 404, {"code": "not_found", "message": "Unknown flag or environment"}
        for kind in kinds:
            self._put(request, environment, on=_KINDS[kind], comment=str(patch.get("comment", "")))
        return self._launchdarkly_shown(request)

    def _launchdarkly_shown(self, request: web.Request) -> _Done:
        project, name = request.match_info["project"], request.match_info["flag"]
        wanted = request.query.get("env")
        environments = {
            environment: {"on": flag.on, "version": flag.version}
            for (in_project, environment, called), flag in self.flags.items()
            if (in_project, called) == (project, name) and wanted in (None, environment)
        }
        if not any((one[0], one[2]) == (project, name) for one in self.flags):
            return 404, {"code": "not_found", "message": "Unknown feature flag key"}
        return 200, {"key": name, "archived": False, "environments": environments}

    # --- both ------------------------------------------------------------------------------------------

    def _find(self, request: web.Request, environment: str) -> Flag | None:
        return self.flags.get((request.match_info["project"], environment, request.match_info["flag"]))

    def _put(self, request: web.Request, environment: str, *, on: bool, comment: str = "") -> None:
        flag = self.flags[request.match_info["project"], environment, request.match_info["flag"]]
        flag.version += flag.on != on
        flag.on, flag.comment = on, comment
        self.changes.announce(Change("call"))

    async def _answered(
        self, request: web.Request, what: str, effect: Callable[[], _Done]
    ) -> web.StreamResponse:
        self.asked.append(f"{request.method} {request.path}")
        if request.headers.get("Authorization") != self.token:
            return web.json_response({"message": "You must log in"}, status=401)
        fault = self.faults.match(what, {})
        status, body = effect() if fault is None else await self._troubled(fault, effect)
        if not status and request.transport is not None:
            request.transport.abort()
            return web.Response()
        headers = {"Retry-After": str(fault.retry_after)} if fault and fault.kind == "rate_limited" else {}
        return web.json_response(body, status=status, headers=headers)

    async def _troubled(self, fault: Fault, effect: Callable[[], _Done]) -> _Done:
        """The status and the body; status 0 for a connection cut."""
        done = effect() if fault.acts_first else None
        fault.hit.set()
        if fault.kind in {"rate_limited", "error", "http_500"}:
            status = {"rate_limited": 429, "http_500": 500}.get(fault.kind) or int(fault.code)
            return status, {"message": "No."}
        if fault.kind == "lost_answer":
            return 0, {}
        if fault.kind in {"hang", "timeout"}:
            await self._closing.wait()
            return 0, {}
        await (asyncio.sleep(fault.seconds) if fault.kind == "slow" else fault.released.wait())
        return done or effect()
