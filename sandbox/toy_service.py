"""A toy AI service that does harm until it is contained, so that everything can be tried without a real one.

It has what a real one has: a cluster with the agent and a safe baseline, a route between them, a flag for the agent's
tools, conversations that can be paused, metrics, and a page to watch it by. The agent's second version is the bad one.
"""

import contextlib
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from aiohttp import web

from sandbox import toy_cluster, toy_page
from sandbox.feature_flags import Flag, FlagsSandbox
from sandbox.kubernetes import KubernetesSandbox
from sandbox.toy_actions import (
    FLAG,
    FLAGS_CONNECTION,
    FLAGS_TOKEN_VARIABLE,
    TOKEN_VARIABLE,
    actions,
)
from sandbox.toy_conversations import Conversations
from sandbox.toy_violations import Violations

_Json = dict[str, Any]
_PROJECT: Final = "default"
_ENVIRONMENT: Final = "production"


class ToyService:
    """The service with all that it consists of, on free loopback ports; use it with `async with`.

    Attributes:
        cluster: its Kubernetes.
        flags: its Unleash.
        conversations: its conversations.
        violations: the harm that it does: 2 a second for each bad agent that is ready and gets all the traffic.
    """

    def __init__(
        self,
        *,
        now: Callable[[], float] = time.monotonic,
        port: int = 0,
        conversations: int = 12,
        start_seconds: float = 0,
        stop_seconds: float = 0,
    ) -> None:
        """Prepare it; nothing runs before `start`.

        Args:
            now: the time in seconds, by which the counter rises.
            port: where to listen, 0 for any free port.
            conversations: how many there are.
            start_seconds: how long a pod takes until it is ready.
            stop_seconds: how long a pod takes to end.
        """
        self._port = port
        self._runner: web.AppRunner | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._pod_seconds = start_seconds, stop_seconds
        self.cluster = KubernetesSandbox()
        self.flags = FlagsSandbox()
        self.violations = Violations(now, self._unsafe_agents)
        self.conversations = Conversations(conversations, self.violations.settle)

    async def start(self) -> None:
        """Start everything, and release the bad version; returns when its agents are ready and do harm."""
        async with contextlib.AsyncExitStack() as failing:
            failing.push_async_callback(self.stop)
            await self._start()
            failing.pop_all()

    async def _start(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="toy-service-")
        self.flags.flags[_PROJECT, _ENVIRONMENT, FLAG] = Flag(on=True)
        await self.flags.start()
        await self.cluster.start()
        await self._listen()
        await toy_cluster.deploy(self.cluster)
        self.cluster.controllers.start_seconds, self.cluster.controllers.stop_seconds = self._pod_seconds
        self.cluster.page = lambda: toy_page.metrics(self.state())
        self.cluster.store.changes.listen(lambda _: self.violations.settle())
        self.flags.changes.listen(lambda _: self.violations.settle())
        self.violations.begin()

    async def stop(self) -> None:
        """Stop everything."""
        if self._runner is not None:
            await self._runner.cleanup()
        await self.cluster.stop()
        await self.flags.stop()
        if self._folder is not None:
            self._folder.cleanup()

    async def __aenter__(self) -> Self:
        """Start."""
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        await self.stop()

    # --- what others need to reach it ------------------------------------------------------------------

    @property
    def url(self) -> str:
        """The address of its page, metrics and conversations."""
        return f"http://127.0.0.1:{self._port}"

    def connections(self) -> _Json:
        """How it is reached, as the section `connections:` of a configuration. After `start` only."""
        return {
            "http": {"allowed_hosts": [f"127.0.0.1:{self._port}"]},
            "kubernetes": {"kubeconfig": str(self._kubeconfig), "context": "sandbox"},
            "flags": {
                FLAGS_CONNECTION: {
                    "provider": "unleash",
                    "url": self.flags.url,
                    "token_env": FLAGS_TOKEN_VARIABLE,
                    "project": _PROJECT,
                    "environment": _ENVIRONMENT,
                }
            },
        }

    def actions(self) -> dict[str, _Json]:
        """What it is contained and brought back with, as the section `actions:` of a configuration."""
        return actions(self.url)

    def environment(self) -> dict[str, str]:
        """The secrets that the connections and actions name, by their variables."""
        return {TOKEN_VARIABLE: self.conversations.token, FLAGS_TOKEN_VARIABLE: self.flags.token}

    def state(self) -> toy_page.State:
        """How it stands, by the names of its metrics."""
        return {
            "safety_violations_total": self.violations.total,
            "safety_violations_per_minute": self.violations.per_minute,
            "agent_replicas_running": len(toy_cluster.agents(self.cluster)),
            "agent_traffic_share": toy_cluster.traffic_share(self.cluster),
            "agent_tools_enabled": self._tools_on(),
            "conversations_open": self.conversations.open,
        }

    # --- how it stands ---------------------------------------------------------------------------------

    def _unsafe_agents(self) -> float:
        if not self._tools_on():
            return 0.0
        shares = toy_cluster.traffic_share(self.cluster) * self.conversations.open_share
        return toy_cluster.bad_agents(self.cluster) * shares

    def _tools_on(self) -> bool:
        return self.flags.flags[_PROJECT, _ENVIRONMENT, FLAG].on

    # --- starting --------------------------------------------------------------------------------------

    @property
    def _kubeconfig(self) -> Path:
        if self._folder is None:
            raise RuntimeError("The toy service is not started.")
        return self.cluster.write_kubeconfig(Path(self._folder.name) / "kubeconfig")

    async def _listen(self) -> None:
        application = web.Application(client_max_size=1024 * 1024)
        self.conversations.add_routes(application.router)
        toy_page.add_routes(application.router, self.state)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._port = self._runner.addresses[0][1]
