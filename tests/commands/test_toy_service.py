"""The toy service is contained and let go by the commands, as a newcomer would: the counter stops, and rises again."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from pydantic import SecretStr

from bot.clock import SystemClock
from commands.base import registry
from commands.base.contract import Surroundings
from incidents.action_catalog import Catalog, Way
from incidents.actions import Action as Configured
from incidents.containment import Plan, Risk
from sandbox.toy_service import ToyService
from tests.commands.conftest import Action
from tests.commands.hurried_clock import HurriedClock

ANSWERS = {"ids": [f"c-{number}" for number in range(1, 13)]}
CONTAINING = (
    "stop-agent",
    "tools-off",
    "pause-conversations",
    "pause-all-conversations",
    "safe-baseline",
)


class Seconds:
    """The service's clock."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Played:
    """The service, and its actions made ready to run."""

    def __init__(self, toy: ToyService, seconds: Seconds, http: aiohttp.ClientSession) -> None:
        self.toy = toy
        self.catalog = Catalog.model_validate({"actions": toy.actions()})
        self._seconds = seconds
        self._http = http
        self._opened: list[Action] = []

    def action(self, name: str, clock: Any = None) -> Action:  # noqa: ANN401 -- any clock
        configured = self.catalog.get(name)
        environment = self.toy.environment()
        surroundings = Surroundings(
            clock or SystemClock(),
            self._http,
            lambda variable: SecretStr(environment[variable]),
            self.toy.connections(),
            patience=20,
        )
        prepared = registry.prepare(str(configured.command), configured.params_with(ANSWERS), surroundings)
        self._opened.append(Action(prepared.command, prepared.params))
        return self._opened[-1]

    async def run(self, name: str) -> tuple[Action, Plan]:
        """Plan, execute and verify."""
        action = self.action(name)
        plan = await action.plan()
        await action.execute(plan)
        seen = await action.verify(plan)
        assert seen.verified, seen
        return action, plan

    def rise(self) -> float:
        """How much the counter rises in ten seconds."""
        before = self.toy.violations.total
        self._seconds.now += 10
        return self.toy.violations.total - before

    async def close(self) -> None:
        for one in self._opened:
            await one.command.close()


@pytest.fixture
async def played(http: aiohttp.ClientSession) -> AsyncIterator[Played]:
    seconds = Seconds()
    async with ToyService(now=seconds) as toy:
        one = Played(toy, seconds, http)
        yield one
        await one.close()


@pytest.mark.parametrize("name", CONTAINING)
async def test_the_counter_stops_and_rises_again_when_it_is_taken_back(played: Played, name: str) -> None:
    assert played.rise() == 120
    action = played.action(name)
    plan = await action.plan()
    assert plan.is_needed
    assert plan.reversible
    assert played.rise() == 120
    await action.execute(plan)
    assert (await action.verify(plan)).verified
    assert played.rise() == 0
    await action.revert(plan)
    assert (await action.verify_reverted(plan)).verified
    assert played.rise() == 120


async def test_all_steps_of_the_kill_switch_run_side_by_side(played: Played) -> None:
    [stage] = played.catalog.stages("kill-switch")
    plans = [plan for _, plan in await asyncio.gather(*(played.run(name) for name in stage))]
    assert len({plan.target for plan in plans}) == len(stage)
    assert played.rise() == 0
    assert played.toy.state()["agent_replicas_running"] == 0
    assert played.toy.state()["conversations_open"] == 0


async def test_recovery_brings_the_good_version_back_and_the_counter_stays(played: Played) -> None:
    for name in played.catalog.steps("kill-switch"):
        await played.run(name)
    for step in played.catalog.mirror("kill-switch"):
        if step.way is Way.WATCH:
            watch = played.action(step.action, HurriedClock())
            assert (await watch.verify(await watch.plan())).verified
        else:
            await played.run(step.action)
        assert played.rise() == 0
    state = played.toy.state()
    assert (state["agent_replicas_running"], state["conversations_open"]) == (6, 12)
    assert (state["agent_traffic_share"], state["agent_tools_enabled"]) == (1, True)


async def test_the_watch_says_when_the_problem_returns(played: Played) -> None:
    watch = played.action("watch-violations", HurriedClock())
    seen = await watch.verify(await watch.plan())
    assert not seen.verified
    assert "was 720" in seen.evidence[0]


async def test_a_restart_is_no_containment(played: Played) -> None:
    await played.run("restart-agent")
    assert played.rise() == 120


async def test_the_evidence_kept_before_stopping_has_the_metrics(played: Played) -> None:
    action = played.action("stop-agent")
    kept = await action.command.snapshot(action.params)
    pages = [text for name, text in kept.items() if name.startswith("metrics/")]
    assert len(pages) == 6
    assert b"safety_violations_total" in pages[0]


async def test_every_action_is_one_that_can_be_configured(played: Played) -> None:
    for name, given in played.toy.actions().items():
        configured = Configured.model_validate(given)
        if configured.command:
            registry.read_params(configured.command, configured.params_with(ANSWERS))
            assert configured.risk, name
    assert played.catalog.risk("kill-switch") is Risk.HIGH
