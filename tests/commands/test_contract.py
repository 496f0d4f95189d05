"""The contract, for every command that is found: a plan changes nothing, doing and undoing are safe to repeat.

A new command fails here until it has its example below. What is its own is tested in its own file.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg  # type: ignore[import-untyped]
import pytest
from pydantic import SecretStr

from bot.clock import SystemClock
from commands.base import registry
from commands.base.contract import Surroundings
from incidents.containment import ActionError, Plan
from sandbox.toy_service import ToyService
from tests.commands.conftest import Action

pytestmark = pytest.mark.postgres

AGENT = {"namespace": "prod", "deployment": "agent-prod"}
KEY = "cordon-run-1"


@dataclass
class World:
    """Everything that commands act on, for real: a cluster, flags, conversations, a database, a program."""

    toy: ToyService
    database: str
    folder: Path
    http: aiohttp.ClientSession

    def surroundings(self) -> Surroundings:
        environment = {**self.toy.environment(), "MAIN_URL": self.database}
        program = self.folder / "stop.sh"
        program.write_text('#!/bin/sh\necho "$CORDON_RUN_KEY" >> stopped\n')
        program.chmod(0o700)
        connections = {
            **self.toy.connections(),
            "databases": {"main": {"url_env": "MAIN_URL"}},
            "programs": {
                "state_folder": str(self.folder / "runs"),
                "stop": {"argv": [str(program)], "cwd": str(self.folder)},
            },
        }
        return Surroundings(
            SystemClock(), self.http, lambda name: SecretStr(environment[name]), connections, patience=20
        )

    def params_of(self, action: str) -> dict[str, Any]:
        return dict(self.toy.actions()[action]["params"])


EXAMPLES: dict[str, Callable[[World], dict[str, Any]]] = {
    "kubernetes_scale": lambda _: AGENT | {"replicas": 1},
    "kubernetes_restart": lambda _: AGENT,
    "kubernetes_rollback": lambda _: AGENT,
    "kubernetes_config": lambda _: {
        "namespace": "prod",
        "configmap": "agent",
        "data": {"prompt": "Be safe."},
    },
    "kubernetes_traffic": lambda world: world.params_of("safe-baseline"),
    "kubernetes_alert_rule": lambda _: {
        "namespace": "prod",
        "name": "closer",
        "alert": "Unsafe",
        "expression": "unsafe > 1",
    },
    "feature_flag": lambda world: world.params_of("tools-off"),
    "http_request": lambda world: world.params_of("pause-all-conversations"),
    "process_run": lambda _: {"program": "stop", "arguments": {}},
    "sql_statement": lambda _: {
        "database": "main",
        "table": "messages",
        "set": {"hidden": True, "hidden_reason": "{reason}"},
        "where": [{"column": "id", "op": "in", "value": "{ids}"}],
        "ids": ["1", "2"],
        "reason": "unsafe advice",
        "who": "U0ANN",
    },
    "wait_and_watch": lambda world: {
        "url": f"{world.toy.url}/metrics",
        "metric": "safety_violations_per_minute",
        "below": 1_000_000,
        "minutes": 0.01,
        "every_seconds": 1,
    },
}


@pytest.fixture
async def world(messages: asyncpg.Connection, postgres_database: str, tmp_path: Path) -> AsyncIterator[World]:
    async with ToyService() as toy, aiohttp.ClientSession() as http:
        toy.cluster.add(
            {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {"name": "agent", "namespace": "prod"},
                "data": {"prompt": "Be quick."},
            }
        )
        yield World(toy, postgres_database, tmp_path, http)


def test_every_command_has_its_example() -> None:
    assert set(EXAMPLES) == set(registry.names())


@pytest.mark.parametrize("name", sorted(EXAMPLES))
async def test_it_plans_does_verifies_and_takes_back_however_often(name: str, world: World) -> None:
    prepared = registry.prepare(name, EXAMPLES[name](world), world.surroundings())
    action = Action(prepared.command, prepared.params)
    try:
        first = await action.plan()
        assert first.target
        assert first.holds(await action.plan()), "planning changed something"
        plan = Plan.model_validate_json(first.model_dump_json())  # as it comes back from the database
        for _ in range(2):
            await action.execute(plan, KEY)
            assert (await action.verify(plan)).verified
        if not plan.reversible:
            with pytest.raises(ActionError, match="can't be taken back"):
                await action.revert(plan, KEY)
            return
        for _ in range(2):
            await action.revert(plan, KEY)
            assert (await action.verify_reverted(plan)).verified
        again = await action.plan()  # a cluster counts its revisions on, so that words may differ
        assert [one.what for one in again.changes] == [one.what for one in plan.changes]
        assert again.is_needed == plan.is_needed, "something is not as it was"
    finally:
        await prepared.command.close()


@pytest.mark.parametrize("name", sorted(EXAMPLES))
async def test_what_it_would_destroy_can_be_kept_and_holds_no_secret(name: str, world: World) -> None:
    prepared = registry.prepare(name, EXAMPLES[name](world), world.surroundings())
    try:
        files = await prepared.command.snapshot(prepared.params)
    finally:
        await prepared.command.close()
    for content in files.values():
        assert isinstance(content, bytes)
        for secret in world.toy.environment().values():
            assert secret.encode() not in content
