"""What commands are tried with: a cluster or a server to talk to over real HTTP, a clock that needs no waiting."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg  # type: ignore[import-untyped]
import pytest
from pydantic import SecretStr

from bot.clock import SystemClock
from commands.base import registry
from commands.base.contract import Command, Params, Prepared, Surroundings
from incidents.clock import Clock
from incidents.containment import Plan, Verification
from incidents.errors import ConfigError
from sandbox.kubernetes import KubernetesSandbox, deployment
from sandbox.kubernetes_answers import Json
from sandbox.kubernetes_kinds import DEPLOYMENT, POD
from tests.commands.hurried_clock import HurriedClock
from tests.commands.outside import Outside
from tests.postgres import postgres_cluster, postgres_database, postgres_url

__all__ = ["postgres_cluster", "postgres_database", "postgres_url"]

KEY = "run-1"
Around = Callable[..., Surroundings]
Make = Callable[..., Prepared]
SECRETS = {"PAUSE_TOKEN": "tok-5ecret/+value", "BASIC": "ann:pa55 word", "FLAGS_TOKEN": "flags-5ecret"}


@dataclass
class Action:
    """A command with its parameters, as a run uses it."""

    command: Command[Any]
    params: Params
    told: list[str] = field(default_factory=list)

    async def plan(self) -> Plan:
        return await self.command.plan(self.params)

    async def execute(self, plan: Plan, key: str = KEY) -> None:
        await self.command.execute(self.params, plan, key, self._progress)

    async def verify(self, plan: Plan) -> Verification:
        return await self.command.verify(self.params, plan, self._progress)

    async def revert(self, plan: Plan, key: str = KEY) -> None:
        await self.command.revert(self.params, plan, key, self._progress)

    async def verify_reverted(self, plan: Plan) -> Verification:
        return await self.command.verify_reverted(self.params, plan, self._progress)

    async def _progress(self, text: str) -> None:
        self.told.append(text)


@dataclass
class Town:
    """A cluster, and commands that reach it."""

    cluster: KubernetesSandbox
    http: aiohttp.ClientSession
    kubeconfig: Path
    opened: list[Command[Any]] = field(default_factory=list)
    secrets: dict[str, str] = field(default_factory=dict)

    def secret(self, name: str) -> SecretStr:
        if name not in self.secrets:
            raise ConfigError(f"{name} is not set.")
        return SecretStr(self.secrets[name])

    def surroundings(
        self,
        *,
        clock: Clock | None = None,
        patience: float = 20,
        flags: Mapping[str, object] | None = None,
        **connection: object,
    ) -> Surroundings:
        connections = {
            "kubernetes": {"kubeconfig": str(self.kubeconfig), **connection},
            "flags": flags or {},
        }
        return Surroundings(clock or SystemClock(), self.http, self.secret, connections, patience=patience)

    def action(self, name: str, params: Json, **surroundings: Any) -> Action:  # noqa: ANN401 -- its own fields
        prepared = registry.prepare(name, params, self.surroundings(**surroundings))
        self.opened.append(prepared.command)
        return Action(prepared.command, prepared.params)

    async def deploy(self, name: str = "agent", **details: Any) -> None:  # noqa: ANN401 -- its own fields
        """Put a Deployment there and wait until all its pods are ready."""
        self.cluster.add(deployment(name, **details))
        await self.settled(name)

    async def settled(self, name: str = "agent") -> None:
        def is_settled() -> bool:
            thing = self.get(name)
            status, wanted = thing.get("status") or {}, thing["spec"]["replicas"]
            seen = status.get("observedGeneration") == thing["metadata"]["generation"]
            done = all(status.get(one) == wanted for one in ("replicas", "readyReplicas", "updatedReplicas"))
            return seen and done and len(self.pods) == wanted

        await self.cluster.until(is_settled)

    def get(self, name: str = "agent") -> Json:
        return self.cluster.store.get(DEPLOYMENT, "prod", name)

    def edit(self, name: str = "agent", **spec: object) -> None:
        """Change a Deployment's spec behind everybody's back."""
        self.cluster.store.change(DEPLOYMENT, self.get(name), lambda one: one["spec"].update(spec))

    async def release(self, image: str, name: str = "agent") -> None:
        """Deploy another image, and wait for it."""

        def edit(one: Json) -> None:
            one["spec"]["template"]["spec"]["containers"][0]["image"] = image

        self.cluster.store.change(DEPLOYMENT, self.get(name), edit)
        await self.settled(name)

    @property
    def pods(self) -> list[Json]:
        return self.cluster.store.all(POD, "prod")

    @property
    def calls(self) -> list[str]:
        return [f"{one.verb} {one.resource}" for one in self.cluster.asked]


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    cluster = KubernetesSandbox()
    await cluster.start()
    async with aiohttp.ClientSession() as http:
        one = Town(cluster, http, cluster.write_kubeconfig(tmp_path / "kubeconfig"))
        yield one
        for command in one.opened:
            await command.close()
    await cluster.stop()


class Told(list[str]):
    """A progress that remembers."""

    async def __call__(self, text: str) -> None:
        self.append(text)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def clock() -> HurriedClock:
    return HurriedClock()


@pytest.fixture
async def outside() -> AsyncIterator[Outside]:
    one = Outside()
    await one.start()
    yield one
    await one.stop()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def around(http: aiohttp.ClientSession, clock: HurriedClock) -> Around:
    def secret(name: str) -> SecretStr:
        if name not in SECRETS:
            raise ConfigError(f"{name} is not set.")
        return SecretStr(SECRETS[name])

    def make(
        connections: Mapping[str, Any] | None = None, *, ticks: Clock = clock, patience: float = 30
    ) -> Surroundings:
        return Surroundings(ticks, http, secret, connections or {}, patience)

    return make


_TABLES = """
CREATE TYPE mood AS ENUM ('calm', 'angry');
CREATE TABLE messages (
    id bigint PRIMARY KEY, body text NOT NULL, hidden boolean NOT NULL DEFAULT false, hidden_reason varchar(40),
    score numeric(10, 2), meta jsonb, tags text[], mood mood, at timestamptz NOT NULL DEFAULT '2026-03-01 09:00+00'
);
INSERT INTO messages (id, body, hidden_reason, score, meta, tags, mood)
SELECT n, 'private body ' || n, 'old reason ' || n, n, '{"n": 1}', '{a,"b c"}', 'calm' FROM generate_series(1, 10) AS n;
CREATE TABLE cordon_audit (
    run_key text, verb text, who text NOT NULL, why text NOT NULL, table_name text NOT NULL,
    row_count integer NOT NULL, at timestamptz NOT NULL, PRIMARY KEY (run_key, verb)
);
"""


@pytest.fixture
async def messages(postgres_database: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection of somebody else's to a database of ten messages."""
    connection = await asyncpg.connect(postgres_database)
    await connection.execute(_TABLES)
    yield connection
    await connection.close(timeout=10)
