"""Rolling a Deployment back to what was known to be good, and forth again."""

import asyncio

import pytest

from incidents.containment import ActionError, ChangedMeanwhileError
from incidents.errors import NotUnderstoodError
from tests.commands.conftest import Town
from tests.fake_clock import FakeClock

BACK = {"namespace": "prod", "deployment": "agent"}


async def released(town: Town, *images: str) -> None:
    """The first is deployed, each further one released on top."""
    await town.deploy(image=images[0])
    for image in images[1:]:
        await town.release(image)


def image(town: Town) -> str:
    found: str = town.get()["spec"]["template"]["spec"]["containers"][0]["image"]
    return found


async def test_the_previous_revision_is_put_back_and_seen(town: Town) -> None:
    await released(town, "agent:1", "agent:2", "agent:3")
    action = town.action("kubernetes_rollback", BACK)
    plan = await action.plan()
    [change] = plan.changes
    assert (change.before, change.after) == ("revision 3 (agent:3)", "revision 2 (agent:2)")
    await action.execute(plan)
    seen = await action.verify(plan)
    assert seen.verified
    assert seen.evidence == (
        "Deployment prod/agent runs agent:2",
        "Deployment prod/agent: 3 of 3 pods ready, 0 others there",
    )
    assert {pod["spec"]["containers"][0]["image"] for pod in town.pods} == {"agent:2"}


async def test_a_named_revision_is_put_back(town: Town) -> None:
    await released(town, "agent:1", "agent:2", "agent:3")
    action = town.action("kubernetes_rollback", BACK | {"revision": 1})
    plan = await action.plan()
    await action.execute(plan)
    assert (await action.verify(plan)).verified
    assert image(town) == "agent:1"


async def test_it_is_taken_back_by_going_forth(town: Town) -> None:
    await released(town, "agent:1", "agent:2")
    action = town.action("kubernetes_rollback", BACK)
    plan = await action.plan()
    await action.execute(plan)
    assert (await action.verify(plan)).verified
    await action.revert(plan)
    await action.revert(plan)
    assert (await action.verify_reverted(plan)).verified
    assert image(town) == "agent:2"


async def test_it_is_done_once_for_a_run_even_when_it_was_undone_by_hand(town: Town) -> None:
    await released(town, "agent:1", "agent:2")
    action = town.action("kubernetes_rollback", BACK)
    plan = await action.plan()
    await action.execute(plan)
    await town.settled()
    await town.release("agent:2")
    await action.execute(plan)
    assert image(town) == "agent:2"
    assert not (await action.verify(plan)).verified


async def test_a_release_meanwhile_is_not_overwritten(town: Town) -> None:
    await released(town, "agent:1", "agent:2")
    action = town.action("kubernetes_rollback", BACK)
    plan = await action.plan()
    await town.release("agent:3")
    with pytest.raises(ChangedMeanwhileError, match=r"it is at revision 3 \(agent:3\)"):
        await action.execute(plan)
    assert image(town) == "agent:3"


async def test_a_conflict_is_read_anew(town: Town) -> None:
    await released(town, "agent:1", "agent:2")
    action = town.action("kubernetes_rollback", BACK)
    plan = await action.plan()
    town.cluster.faults.add(method="patch deployments", kind="error", code="409")
    await action.execute(plan)
    assert image(town) == "agent:1"


async def test_scaling_between_reading_and_writing_is_refused_and_read_anew(town: Town) -> None:
    await released(town, "agent:1", "agent:2")
    action = town.action("kubernetes_rollback", BACK)
    plan = await action.plan()
    held = town.cluster.faults.add(method="patch deployments", kind="hold_before")
    going = asyncio.create_task(action.execute(plan))
    await held.hit.wait()
    town.edit(replicas=1)
    held.release()
    await town.settled()
    await going
    assert town.calls.count("patch deployments") == 2
    assert (town.get()["spec"]["replicas"], image(town)) == (1, "agent:1")


async def test_the_revision_that_runs_needs_no_change(town: Town) -> None:
    await released(town, "agent:1", "agent:2")
    plan = await town.action("kubernetes_rollback", BACK | {"revision": 2}).plan()
    assert not plan.is_needed
    assert not plan.destroys_evidence


async def test_a_revision_that_is_not_there_is_said_with_those_that_are(town: Town) -> None:
    await released(town, "agent:1", "agent:2")
    with pytest.raises(ActionError, match="has no revision 7; the cluster keeps 1, 2"):
        await town.action("kubernetes_rollback", BACK | {"revision": 7}).plan()


async def test_the_first_revision_has_none_before(town: Town) -> None:
    await town.deploy()
    with pytest.raises(ActionError, match="has no earlier revision"):
        await town.action("kubernetes_rollback", BACK).plan()


async def test_a_known_good_image_that_no_longer_starts_is_not_seen_as_done(town: Town) -> None:
    await released(town, "agent:1", "agent:2")
    town.cluster.controllers.broken_images.add("agent:1")
    clock = FakeClock()
    action = town.action("kubernetes_rollback", BACK, clock=clock)
    plan = await action.plan()
    await action.execute(plan)
    seeing = asyncio.create_task(action.verify(plan))
    await town.cluster.until(lambda: town.cluster.watches.open)
    await clock.advance(120)
    seen = await seeing
    assert not seen.verified
    assert "0 of 3 pods ready" in seen.evidence[1]


async def test_a_deployment_without_history_says_that_there_is_no_way_back(town: Town) -> None:
    await released(town, "agent:1", "agent:2")
    town.edit(revisionHistoryLimit=0)
    await town.settled()
    plan = await town.action("kubernetes_rollback", BACK).plan()
    assert not plan.reversible


async def test_a_stateful_set_is_refused(town: Town) -> None:
    with pytest.raises(NotUnderstoodError, match="only a Deployment keeps revisions"):
        town.action("kubernetes_rollback", {"namespace": "prod", "statefulset": "queue"})


async def test_the_permissions_are_those_that_it_uses(town: Town) -> None:
    await released(town, "agent:1", "agent:2")
    action = town.action("kubernetes_rollback", BACK)
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
