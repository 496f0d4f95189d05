"""Scaling a workload to none and back, over real HTTP against the local cluster, whatever goes wrong there."""

import asyncio
import json

import pytest

from incidents.containment import ActionError, ChangedMeanwhileError, Effect
from sandbox.kubernetes import workload
from sandbox.kubernetes_kinds import DEPLOYMENT, POD
from tests.commands.conftest import Town
from tests.fake_clock import FakeClock

STOP = {"namespace": "prod", "deployment": "agent", "replicas": 0}


async def test_the_plan_shows_before_and_after_and_changes_nothing(town: Town) -> None:
    await town.deploy(replicas=3)
    plan = await town.action("kubernetes_scale", STOP).plan()
    [change] = plan.changes
    assert (change.what, change.before, change.after) == ("Deployment prod/agent replicas", "3", "0")
    assert plan.target == "Deployment prod/agent"
    assert plan.destroys_evidence
    assert plan.reversible
    assert "nothing answers for agent" in plan.warnings[0]
    assert {one.verb for one in town.cluster.asked} == {"get"}


async def test_the_plan_holds_while_pods_come_and_go_by_themselves(town: Town) -> None:
    await town.deploy(replicas=3)
    action = town.action("kubernetes_scale", STOP)
    plan = await action.plan()
    gone = town.pods[0]["metadata"]["name"]
    town.cluster.controllers.end(town.pods[0])
    await town.cluster.until(lambda: gone not in {pod["metadata"]["name"] for pod in town.pods})
    await town.settled()
    assert plan.holds(await action.plan())


async def test_it_is_scaled_to_none_and_seen_in_four_calls(town: Town) -> None:
    await town.deploy(replicas=6)
    town.cluster.controllers.stop_seconds = 0.7
    action = town.action("kubernetes_scale", STOP)
    plan = await action.plan()
    await action.execute(plan)
    seen = await action.verify(plan)
    assert seen.verified
    assert seen.evidence == ("Deployment prod/agent: 0 pods left",)
    assert town.pods == []
    assert town.calls == ["get deployments", "patch deployments/scale", "list pods", "watch pods"]
    assert town.cluster.asked[1].field_manager == "cordon"


async def test_waiting_is_told_of_and_ends_with_the_last_pod(town: Town) -> None:
    await town.deploy(replicas=2)
    action = town.action("kubernetes_scale", STOP)
    plan = await action.plan()
    town.cluster.controllers.hold()
    await action.execute(plan)
    seeing = asyncio.create_task(action.verify(plan))
    await town.cluster.until(lambda: town.cluster.watches.open)
    assert action.told == ["waiting: 2 pods left"]
    town.cluster.controllers.release()
    assert (await seeing).verified


async def test_executing_twice_changes_once(town: Town) -> None:
    await town.deploy()
    action = town.action("kubernetes_scale", STOP)
    plan = await action.plan()
    await action.execute(plan)
    generation = town.get()["metadata"]["generation"]
    await action.execute(plan)
    assert town.get()["metadata"]["generation"] == generation
    assert town.get()["spec"]["replicas"] == 0


async def test_a_change_of_status_alone_does_not_hinder(town: Town) -> None:
    await town.deploy()
    action = town.action("kubernetes_scale", STOP)
    plan = await action.plan()
    town.cluster.store.change(
        DEPLOYMENT, town.get(), lambda one: one["metadata"].update(annotations={"seen": "yes"})
    )
    await action.execute(plan)
    assert town.calls[1:] == ["patch deployments/scale", "get deployments/scale", "patch deployments/scale"]
    assert town.get()["spec"]["replicas"] == 0


async def test_somebody_else_s_change_is_not_overwritten(town: Town) -> None:
    await town.deploy(replicas=3)
    action = town.action("kubernetes_scale", STOP)
    plan = await action.plan()
    town.edit(replicas=5)
    with pytest.raises(ChangedMeanwhileError, match="it has 5 replicas instead of 3") as caught:
        await action.execute(plan)
    assert caught.value.effect is Effect.NONE
    assert town.get()["spec"]["replicas"] == 5


async def test_a_workload_made_anew_is_another_one(town: Town) -> None:
    await town.deploy(replicas=3)
    action = town.action("kubernetes_scale", STOP)
    plan = await action.plan()
    town.cluster.store.delete(DEPLOYMENT, "prod", "agent")
    await town.cluster.until(lambda: not town.pods)
    await town.deploy(replicas=3)
    with pytest.raises(ChangedMeanwhileError, match="made anew"):
        await action.execute(plan)


async def test_it_is_taken_back(town: Town) -> None:
    await town.deploy(replicas=3)
    action = town.action("kubernetes_scale", STOP)
    plan = await action.plan()
    await action.execute(plan)
    assert (await action.verify(plan)).verified
    await action.revert(plan)
    await action.revert(plan)
    seen = await action.verify_reverted(plan)
    assert seen.evidence == ("Deployment prod/agent: 3 of 3 pods ready, 0 others there",)
    assert seen.verified
    assert town.get()["spec"]["replicas"] == 3


async def test_it_is_not_taken_back_over_somebody_s_change(town: Town) -> None:
    await town.deploy(replicas=3)
    action = town.action("kubernetes_scale", STOP)
    plan = await action.plan()
    await action.execute(plan)
    town.edit(replicas=1)
    with pytest.raises(ChangedMeanwhileError, match="it has 1 replicas instead of 0"):
        await action.revert(plan)


async def test_one_conflict_is_overcome(town: Town) -> None:
    await town.deploy()
    action = town.action("kubernetes_scale", STOP)
    plan = await action.plan()
    town.cluster.faults.add(method="patch deployments/scale", kind="error", code="409")
    await action.execute(plan)
    assert town.get()["spec"]["replicas"] == 0


async def test_a_missing_permission_is_named(town: Town) -> None:
    await town.deploy()
    action = town.action("kubernetes_scale", STOP)
    plan = await action.plan()
    town.cluster.forbidden.add(("patch", "deployments/scale"))
    with pytest.raises(ActionError) as caught:
        await action.execute(plan)
    error = caught.value
    assert '"patch" deployments/scale.apps in the namespace prod' in error.failed
    assert error.now == "Nothing was changed."
    assert "deploy/kubernetes/rbac.yaml" in error.then
    assert (error.effect, error.temporary) == (Effect.NONE, False)


async def test_a_missing_permission_to_watch_ends_the_wait(town: Town) -> None:
    await town.deploy()
    action = town.action("kubernetes_scale", STOP)
    plan = await action.plan()
    town.cluster.controllers.hold()
    await action.execute(plan)
    town.cluster.forbidden.add(("watch", "pods"))
    with pytest.raises(ActionError, match='may not "watch" pods in the namespace prod'):
        await action.verify(plan)


async def test_what_is_not_there_is_said(town: Town) -> None:
    with pytest.raises(ActionError, match=r"Deployment prod/agent: it is not there \(404\)"):
        await town.action("kubernetes_scale", STOP).plan()


async def test_a_wrong_token_is_said(town: Town) -> None:
    action = town.action("kubernetes_scale", STOP)
    town.cluster.token = "another"
    with pytest.raises(ActionError, match="does not accept Cordon's credentials"):
        await action.plan()


@pytest.mark.parametrize("kind", ["hang", "lost_answer"])
async def test_a_write_without_an_answer_is_in_doubt_and_safe_to_repeat(town: Town, kind: str) -> None:
    await town.deploy()
    action = town.action("kubernetes_scale", STOP, timeout_seconds=0.3)
    plan = await action.plan()
    town.cluster.faults.add(method="patch deployments/scale", kind=kind, effect=True)  # type: ignore[arg-type]
    with pytest.raises(ActionError) as caught:
        await action.execute(plan)
    assert (caught.value.effect, caught.value.temporary) == (Effect.UNKNOWN, False)
    await action.execute(plan)
    assert (await action.verify(plan)).verified


@pytest.mark.parametrize("kind", ["hang", "lost_answer", "http_500", "rate_limited"])
async def test_a_read_without_an_answer_may_be_tried_again(town: Town, kind: str) -> None:
    await town.deploy()
    town.cluster.faults.add(method="get deployments", kind=kind, times=2)  # type: ignore[arg-type]
    action = town.action("kubernetes_scale", STOP, timeout_seconds=0.3)
    with pytest.raises(ActionError) as caught:
        await action.plan()
    assert (caught.value.effect, caught.value.temporary) == (Effect.NONE, True)


async def test_a_server_that_is_gone_was_not_asked(town: Town) -> None:
    await town.deploy()
    action = town.action("kubernetes_scale", STOP)
    plan = await action.plan()
    await action.command.close()
    await town.cluster.stop()
    with pytest.raises(ActionError, match="can't be reached") as caught:
        await action.execute(plan)
    assert (caught.value.effect, caught.value.temporary) == (Effect.NONE, True)


async def test_a_slow_answer_is_waited_for(town: Town) -> None:
    await town.deploy()
    town.cluster.faults.add(method="get deployments", kind="slow", seconds=0.2)
    assert (await town.action("kubernetes_scale", STOP).plan()).is_needed


async def test_a_cut_watch_is_taken_up_again(town: Town) -> None:
    await town.deploy()
    action = town.action("kubernetes_scale", STOP)
    plan = await action.plan()
    town.cluster.controllers.hold()
    await action.execute(plan)
    seeing = asyncio.create_task(action.verify(plan))
    await town.cluster.until(lambda: town.cluster.watches.open)
    town.cluster.watches.cut()
    await town.cluster.until(lambda: town.calls.count("watch pods") == 2)
    town.cluster.controllers.release()
    assert (await seeing).verified


async def test_a_watch_from_a_forgotten_version_begins_anew(town: Town) -> None:
    await town.deploy()
    action = town.action("kubernetes_scale", STOP)
    plan = await action.plan()
    town.cluster.controllers.hold()
    await action.execute(plan)
    held = town.cluster.faults.add(method="watch pods", kind="hold_before")
    seeing = asyncio.create_task(action.verify(plan))
    await held.hit.wait()
    town.cluster.controllers.release()
    await town.cluster.until(lambda: not town.pods)
    town.cluster.store.compact()
    held.release()
    assert (await seeing).verified
    assert town.calls.count("list pods") == 2


async def test_waiting_ends_with_the_patience_and_says_what_is_left(town: Town) -> None:
    await town.deploy(replicas=1)
    clock = FakeClock()
    action = town.action("kubernetes_scale", STOP, clock=clock, patience=90)
    plan = await action.plan()
    town.cluster.controllers.hold()
    await action.execute(plan)
    seeing = asyncio.create_task(action.verify(plan))
    await town.cluster.until(lambda: town.cluster.watches.open)
    await clock.advance(91)
    seen = await seeing
    assert not seen.verified
    assert seen.evidence[0] == "Deployment prod/agent: 1 pods left"


async def test_pods_that_never_get_ready_are_told_with_their_reason(town: Town) -> None:
    await town.deploy(replicas=0, image="agent:broken")
    town.cluster.controllers.broken_images.add("agent:broken")
    clock = FakeClock()
    action = town.action("kubernetes_scale", STOP | {"replicas": 1}, clock=clock)
    plan = await action.plan()
    await action.execute(plan)
    seeing = asyncio.create_task(action.verify(plan))
    await town.cluster.until(lambda: "ImagePullBackOff" in json.dumps(town.pods))
    await town.cluster.until(lambda: town.cluster.watches.open)
    await clock.advance(60)
    seen = await seeing
    assert not seen.verified
    assert "1 other there" in seen.evidence[0]
    assert not plan.destroys_evidence


async def test_a_stateful_set_is_scaled_too(town: Town) -> None:
    town.cluster.add(workload("StatefulSet", "queue", namespace="prod", replicas=2, image="queue:1"))
    await town.cluster.until(lambda: len(town.pods) == 2)
    params = {"namespace": "prod", "statefulset": "queue", "replicas": 0}
    action = town.action("kubernetes_scale", params)
    plan = await action.plan()
    await action.execute(plan)
    assert (await action.verify(plan)).verified
    assert plan.target == "StatefulSet prod/queue"


async def test_a_snapshot_keeps_manifests_logs_and_metrics(town: Town) -> None:
    await town.deploy(replicas=1)
    [pod] = town.pods
    name = pod["metadata"]["name"]
    town.cluster.logs["prod", name] = "first\nthe leak\nlast\n"
    town.cluster.page = lambda: "violations_total 7\n"
    params = STOP | {"log_lines": 2, "metrics_port": 8080, "metrics_path": "/metrics"}
    action = town.action("kubernetes_scale", params)
    kept = await action.command.snapshot(action.params)
    assert kept[f"logs/{name}.main.log"] == b"the leak\nlast\n"
    assert kept[f"metrics/{name}.txt"] == b"violations_total 7\n"
    assert json.loads(kept["manifests/deployment-agent.json"])["spec"]["replicas"] == 1
    assert json.loads(kept[f"manifests/pod-{name}.json"])["kind"] == POD.kind


async def test_a_log_that_can_t_be_had_costs_only_itself(town: Town) -> None:
    await town.deploy(replicas=2)
    town.cluster.faults.add(method="get pods/log", kind="hang")
    action = town.action("kubernetes_scale", STOP, timeout_seconds=0.3)
    kept = await action.command.snapshot(action.params)
    assert len([one for one in kept if one.endswith(".log")]) == 1
    [missing] = [one for one in kept if one.endswith(".missing.txt")]
    assert b"did not answer in time" in kept[missing]


@pytest.mark.parametrize("path", ["../secrets", "a/../../b", "//x", "a?b"])
async def test_a_metrics_path_leads_nowhere_else(town: Town, path: str) -> None:
    with pytest.raises(Exception, match="metrics_path"):
        town.action("kubernetes_scale", STOP | {"metrics_port": 1, "metrics_path": path})


async def test_the_permissions_are_those_that_it_uses(town: Town) -> None:
    await town.deploy()
    town.cluster.page = str
    action = town.action("kubernetes_scale", STOP | {"metrics_port": 8080})
    await action.command.snapshot(action.params)
    plan = await action.plan()
    town.edit(paused=False)
    town.cluster.controllers.hold()
    await action.execute(plan)
    town.cluster.controllers.release()
    await action.verify(plan)
    named = {f"{one.verb} {one.resource}" for one in action.command.permissions(action.params)}
    assert set(town.calls) <= named
    assert named - set(town.calls) <= {"watch pods", "get deployments/scale"}
