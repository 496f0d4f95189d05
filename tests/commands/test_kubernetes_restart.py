"""Restarting a workload: once for a run, seen by the pods of that run alone being there."""

import asyncio

import pytest

from incidents.containment import ActionError, ChangedMeanwhileError, Effect
from sandbox.kubernetes import workload
from tests.commands.conftest import Town
from tests.fake_clock import FakeClock

RESTART = {"namespace": "prod", "deployment": "agent"}


def names(town: Town) -> set[str]:
    return {pod["metadata"]["name"] for pod in town.pods}


async def test_all_pods_are_new_afterwards(town: Town) -> None:
    await town.deploy(replicas=3)
    old = names(town)
    action = town.action("kubernetes_restart", RESTART)
    plan = await action.plan()
    [change] = plan.changes
    assert (change.before, change.after) == ("agent:1", "agent:1, started anew")
    assert (plan.reversible, plan.destroys_evidence) == (False, True)
    await action.execute(plan)
    seen = await action.verify(plan)
    assert seen.verified
    assert seen.evidence == ("Deployment prod/agent: 3 of 3 pods ready, 0 others there",)
    assert len(names(town)) == 3
    assert not old & names(town)


async def test_it_is_done_once_for_a_run(town: Town) -> None:
    await town.deploy()
    action = town.action("kubernetes_restart", RESTART)
    plan = await action.plan()
    await action.execute(plan)
    generation = town.get()["metadata"]["generation"]
    await action.execute(plan)
    assert town.get()["metadata"]["generation"] == generation


async def test_it_is_not_seen_as_done_before_it_is(town: Town) -> None:
    await town.deploy()
    action = town.action("kubernetes_restart", RESTART)
    seen = await action.verify(await action.plan())
    assert not seen.verified
    assert seen.evidence == ("Deployment prod/agent has not been restarted",)


async def test_an_earlier_restart_does_not_count(town: Town) -> None:
    await town.deploy()
    action = town.action("kubernetes_restart", RESTART)
    await action.execute(await action.plan(), "an earlier run")
    await town.settled()
    plan = await action.plan()
    assert not (await action.verify(plan)).verified
    await action.execute(plan)
    assert (await action.verify(plan)).verified


async def test_old_pods_that_still_run_are_waited_for(town: Town) -> None:
    await town.deploy(replicas=1)
    town.cluster.controllers.stop_seconds = 3600
    clock = FakeClock()
    action = town.action("kubernetes_restart", RESTART, clock=clock)
    plan = await action.plan()
    await action.execute(plan)
    seeing = asyncio.create_task(action.verify(plan))
    await town.cluster.until(lambda: any("deletionTimestamp" in pod["metadata"] for pod in town.pods))
    await town.cluster.until(lambda: action.told[-1:] == ["waiting: 1 of 1 pods ready, 1 other there"])
    await clock.advance(120)
    seen = await seeing
    assert not seen.verified
    assert seen.evidence[1].endswith("is ending")


async def test_a_new_release_meanwhile_is_not_restarted(town: Town) -> None:
    await town.deploy()
    action = town.action("kubernetes_restart", RESTART)
    plan = await action.plan()
    await town.release("agent:2")
    with pytest.raises(ChangedMeanwhileError, match="its pods' template is another"):
        await action.execute(plan)


async def test_scaling_meanwhile_does_not_hinder(town: Town) -> None:
    await town.deploy(replicas=1)
    action = town.action("kubernetes_restart", RESTART)
    plan = await action.plan()
    town.edit(replicas=2)
    await action.execute(plan)
    assert (await action.verify(plan)).evidence[0].endswith("2 of 2 pods ready, 0 others there")


async def test_a_lost_answer_is_in_doubt_and_not_done_again(town: Town) -> None:
    await town.deploy()
    action = town.action("kubernetes_restart", RESTART)
    plan = await action.plan()
    town.cluster.faults.add(method="patch deployments", kind="lost_answer")
    with pytest.raises(ActionError) as caught:
        await action.execute(plan)
    assert caught.value.effect is Effect.UNKNOWN
    generation = town.get()["metadata"]["generation"]
    await action.execute(plan)
    assert town.get()["metadata"]["generation"] == generation
    assert (await action.verify(plan)).verified


async def test_a_paused_deployment_is_refused(town: Town) -> None:
    await town.deploy()
    town.edit(paused=True)
    with pytest.raises(ActionError, match="would have no effect: its rollouts are paused"):
        await town.action("kubernetes_restart", RESTART).plan()


async def test_it_can_t_be_taken_back(town: Town) -> None:
    await town.deploy()
    action = town.action("kubernetes_restart", RESTART)
    with pytest.raises(ActionError, match="pods that have ended don't come back"):
        await action.revert(await action.plan())


async def test_a_stateful_set_is_restarted(town: Town) -> None:
    town.cluster.add(workload("StatefulSet", "queue", namespace="prod", replicas=2, image="queue:1"))
    await town.cluster.until(lambda: len(town.pods) == 2)
    old = {pod["metadata"]["uid"] for pod in town.pods}
    action = town.action("kubernetes_restart", {"namespace": "prod", "statefulset": "queue"})
    plan = await action.plan()
    await action.execute(plan)
    assert (await action.verify(plan)).verified
    assert not old & {pod["metadata"]["uid"] for pod in town.pods}


async def test_the_permissions_are_those_that_it_uses(town: Town) -> None:
    await town.deploy()
    action = town.action("kubernetes_restart", RESTART)
    await action.command.snapshot(action.params)
    plan = await action.plan()
    town.cluster.controllers.start_seconds = (
        0.7  # long enough that pods are still starting when they are looked at
    )
    await action.execute(plan)
    await action.verify(plan)
    assert set(town.calls) == {
        f"{one.verb} {one.resource}" for one in action.command.permissions(action.params)
    }
