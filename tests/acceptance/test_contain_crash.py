"""A bot killed in the middle of an action: the next one ends it, and it has acted once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from incidents.timeline import EntryKind
from sandbox.kubernetes_kinds import DEPLOYMENT
from sandbox.toy_service import ToyService
from tests.acceptance.contained import FREE, organised, plan, shows, toy
from tests.acceptance.process import ProcessTown
from tests.postgres import postgres_cluster, postgres_database, postgres_url

__all__ = ["postgres_cluster", "postgres_database", "postgres_url", "toy"]


BEFORE_AND_AFTER = pytest.mark.parametrize("effect", [False, True], ids=["before", "after"])
"""Killed when the call has arrived, or when its effect is there and its answer is not."""


@asynccontextmanager
async def _town(folder: Path, toy: ToyService, url: str = "") -> AsyncIterator[ProcessTown]:
    organisation = organised(toy, **FREE, journal={"lease_seconds": 1})
    town = ProcessTown(folder, organisation=organisation, extra=toy.environment(), database_url=url)
    await town.open()
    yield town
    await town.close()
    print(town.logs())


@BEFORE_AND_AFTER
async def test_killed_while_it_acts_it_is_ended_by_the_next_and_acts_once(
    tmp_path: Path, toy: ToyService, *, effect: bool
) -> None:
    async with _town(tmp_path, toy) as town:
        await _killed_while_it_acts(town, toy, effect=effect)


@pytest.mark.postgres
@BEFORE_AND_AFTER
async def test_on_postgresql_another_bot_ends_it_when_its_lease_is_over(
    tmp_path: Path, toy: ToyService, postgres_database: str, *, effect: bool
) -> None:
    async with _town(tmp_path, toy, postgres_database) as town:
        await _killed_while_it_acts(town, toy, effect=effect)


async def _killed_while_it_acts(town: ProcessTown, toy: ToyService, *, effect: bool) -> None:
    channel = await town.declare()
    planned = await plan(town, channel, "stop-agent")
    before = toy.cluster.store.get(DEPLOYMENT, "prod", "agent-prod")["metadata"]["generation"]
    fault = toy.cluster.faults.add(method="patch deployments/scale", kind="hang", effect=effect)
    await town.person("ann").click(planned, "run.confirm")
    await asyncio.wait_for(fault.hit.wait(), 20)
    await town.kill()
    await town.start_bot()
    await town.settled(incidents=1)
    await shows(town, channel, planned, "Verified")
    assert toy.state()["agent_replicas_running"] == 0
    after = toy.cluster.store.get(DEPLOYMENT, "prod", "agent-prod")["metadata"]["generation"]
    assert after == before + 1, "scaled once"
    kinds = [entry.kind for entry in await town.timeline(1)]
    for kind in (EntryKind.RUN_STARTED, EntryKind.EVIDENCE_KEPT, EntryKind.RUN_VERIFIED):
        assert kinds.count(kind) == 1, kinds
