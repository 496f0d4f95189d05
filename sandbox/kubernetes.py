"""A local cluster: a Kubernetes-shaped API on the loopback interface, with controllers behind it and trouble to order.

It keeps everything in memory, and knows as much of the API as is needed to scale, restart, roll back, configure and
route things and to watch them. What it does not know is answered with 404, as by a cluster without that kind.
"""

import asyncio
import contextlib
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from aiohttp import web

from sandbox.changes import Change
from sandbox.faults import Fault, Faults
from sandbox.kubernetes_answers import Json, RefusalError, status
from sandbox.kubernetes_calls import Call, Calls, find_log
from sandbox.kubernetes_controllers import Controllers
from sandbox.kubernetes_kinds import NAMESPACE, Kinds, Target
from sandbox.kubernetes_store import Store
from sandbox.kubernetes_watches import Watches

_T = TypeVar("_T")
_VERBS = {"GET": "get", "POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}


@dataclass(frozen=True)
class Asked:
    """One call as it came: its verb and resource as RBAC names them."""

    verb: str
    resource: str
    namespace: str | None
    name: str
    field_manager: str | None


class KubernetesSandbox:
    """A cluster on the loopback interface.

    Faults are ordered by `method`, a verb and a resource such as "patch deployments/scale" or "watch pods". The kind
    `error` answers the status that its `code` is, such as "409"; the other kinds are as the workspace's.

    Attributes:
        store: every object, to look at and to change from behind.
        controllers: what makes and ends pods; can be held, slowed, and told of images that don't start.
        watches: the open watches; can be cut.
        kinds: which kinds there are; more can be added.
        faults: trouble to order.
        forbidden: (verb, resource) pairs that the account may not do.
        logs: what pods said, by (namespace, pod).
        page: what every pod answers to a proxied GET of /metrics.
        asked: the calls so far.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        start_seconds: float = 0,
        stop_seconds: float = 0,
        namespaces: tuple[str, ...] = ("default", "prod"),
    ) -> None:
        """Prepare a cluster with a fresh token; nothing runs before `start`.

        Args:
            port: where to listen, 0 for any free port.
            start_seconds: how long a pod takes until it is ready.
            stop_seconds: how long a pod takes to end.
            namespaces: which are there.
        """
        self._port = port
        self._closing = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self._working: asyncio.Task[None] | None = None
        self.token = secrets.token_urlsafe(24)
        self.store = Store()
        self.kinds = Kinds()
        self.controllers = Controllers(self.store, start_seconds=start_seconds, stop_seconds=stop_seconds)
        self.watches = Watches(self.store)
        self.faults = Faults()
        self.forbidden: set[tuple[str, str]] = set()
        self.logs: dict[tuple[str, str], str] = {}
        self.page: Callable[[], str] | None = None
        self.asked: list[Asked] = []
        self._calls = Calls(self.store, self.kinds, self.controllers, self._may)
        for name in namespaces:
            self.store.create(NAMESPACE, None, {"metadata": {"name": name}})

    async def start(self) -> None:
        """Listen, and begin to keep things as they should be."""
        application = web.Application(client_max_size=4 * 1024 * 1024)
        application.router.add_route("*", "/{path:.*}", self._serve)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._port = self._runner.addresses[0][1]
        self._working = asyncio.create_task(self.controllers.run())

    async def stop(self) -> None:
        """Stop everything, and let go of held calls. Raises what a controller stumbled over."""
        self._closing.set()
        self.watches.cut()
        self.faults.clear()
        if self._runner is not None:
            await self._runner.cleanup()
        if self._working is not None:
            self._working.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._working

    @property
    def url(self) -> str:
        """The API server's address."""
        return f"http://127.0.0.1:{self._port}"

    def write_kubeconfig(self, path: Path) -> Path:
        """Write a kubeconfig with one context, `sandbox`, for kubectl and everyone else; returns its path."""
        cluster = {"name": "sandbox", "cluster": {"server": self.url}}
        user = {"name": "cordon", "user": {"token": self.token}}
        context = {"name": "sandbox", "context": {"cluster": "sandbox", "user": "cordon"}}
        path.write_text(
            json.dumps(
                {
                    "apiVersion": "v1",
                    "kind": "Config",
                    "clusters": [cluster],
                    "users": [user],
                    "contexts": [context],
                    "current-context": "sandbox",
                },
                indent=2,
            )
        )
        path.chmod(0o600)
        return path

    def add(self, thing: Json) -> Json:
        """Put an object into the cluster from behind, as `kubectl create` does."""
        kind = self.kinds.named(thing["apiVersion"], thing["kind"])
        namespace = thing["metadata"].get("namespace", "default") if kind.namespaced else None
        return self.store.create(kind, namespace, thing)

    def call(self, call: Call) -> Json:
        """Carry out a call from behind, as another client with its own field manager. Raises RefusalError."""
        return self._calls.do(call)[1]

    async def until(self, predicate: Callable[[], _T], *, timeout: float = 10) -> _T:  # noqa: ASYNC109 -- as Sandbox's
        """Wait until the predicate gives something true; asked after every change and call. Raises TimeoutError."""
        return await self.store.until(predicate, timeout=timeout)

    def _may(self, verb: str, resource: str) -> bool:
        return (verb, resource) not in self.forbidden

    # --- HTTP ------------------------------------------------------------------------------------------

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        if request.path == "/version":
            return web.json_response({"major": "1", "minor": "34", "gitVersion": "v1.34.0"})
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return web.json_response(status(401, "Unauthorized"), status=401)
        try:
            call = await self._read(request)
            return await self._answered(request, call)
        except RefusalError as error:
            return web.json_response(error.status, status=error.code)

    async def _read(self, request: web.Request) -> Call:
        target = self.kinds.target(request.path)
        verb = _VERBS.get(request.method, "")
        if not target.name and verb == "get":
            verb = "watch" if request.query.get("watch") in {"true", "1"} else "list"
        if not verb or (not target.name and verb not in {"list", "watch", "create"}):
            raise RefusalError(405, "the server does not allow this method on the requested resource")
        return Call(verb, target, dict(request.query), await request.read(), request.content_type)

    async def _answered(self, request: web.Request, call: Call) -> web.StreamResponse:
        target = call.target
        self.asked.append(
            Asked(call.verb, target.resource, target.namespace, target.name, call.query.get("fieldManager"))
        )
        self.store.changes.announce(Change("call"))
        fault = self.faults.match(f"{call.verb} {target.resource}", {})
        if not self._may(call.verb, target.resource):
            raise _forbidden(call.verb, target)
        answer = await self._troubled(fault, request, call) if fault else None
        return answer or await self._carried_out(request, call)

    async def _carried_out(self, request: web.Request, call: Call) -> web.StreamResponse:
        if call.verb == "watch":
            return await self.watches.serve(request, call)
        if call.target.subresource == "log":
            return web.Response(body=find_log(self.store, call, self.logs), content_type="text/plain")
        if call.target.subresource == "proxy":
            return self._proxied(call)
        code, body = self._calls.do(call)
        return web.json_response(body, status=code)

    def _proxied(self, call: Call) -> web.Response:
        if self.page is None or call.target.rest != "metrics":
            raise RefusalError(404, "the pod answers nothing there")
        return web.Response(text=self.page())

    # --- trouble ---------------------------------------------------------------------------------------

    async def _troubled(self, fault: Fault, request: web.Request, call: Call) -> web.StreamResponse | None:
        """The answer that the trouble leads to; None where the call goes on as usual afterwards."""
        done = await self._carried_out(request, call) if fault.acts_first else None
        fault.hit.set()
        if fault.kind in {"rate_limited", "error", "http_500"}:
            code = {"rate_limited": 429, "http_500": 500}.get(fault.kind) or int(fault.code)
            raise RefusalError(code, "trouble was ordered")
        if fault.kind in {"lost_answer", "hang", "timeout"}:
            if fault.kind != "lost_answer":
                await self._closing.wait()
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        await (asyncio.sleep(fault.seconds) if fault.kind == "slow" else fault.released.wait())
        return done


def _forbidden(verb: str, target: Target) -> RefusalError:
    where = f' in the namespace "{target.namespace}"' if target.namespace else ""
    return RefusalError(
        403,
        f'{target.kind.title} "{target.name}" is forbidden: User "cordon" cannot {verb} resource '
        f'"{target.resource}" in API group "{target.kind.group}"{where}',
    )


def deployment(name: str, *, namespace: str = "prod", replicas: int = 3, image: str = "agent:1") -> Json:
    """A Deployment to begin with, its pods labelled `app: <name>`."""
    return workload("Deployment", name, namespace=namespace, replicas=replicas, image=image)


def workload(kind: str, name: str, *, namespace: str, replicas: int, image: str) -> Json:
    """A Deployment or a StatefulSet."""
    labels: dict[str, Any] = {"app": name}
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": {"name": name, "namespace": namespace, "labels": dict(labels)},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": dict(labels)},
            "template": {
                "metadata": {"labels": dict(labels)},
                "spec": {"containers": [{"name": "main", "image": image}]},
            },
        },
    }
