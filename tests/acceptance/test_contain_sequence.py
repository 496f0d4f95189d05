"""Kill switches and the way back from them: side by side, in order, with steps that fail, and a problem that returns."""

from incidents.run_states import RunState
from incidents.timeline import EntryKind
from sandbox.toy_service import ToyService
from tests.acceptance.contained import (
    FREE,
    ContainedTown,
    buttons,
    entries,
    free,
    open_contained,
    plan,
    runs,
    shows,
    toy,
)
from tests.acceptance.town import Town

__all__ = ["free", "open_contained", "toy"]


async def _steps(town: Town, run_id: int) -> dict[str, RunState]:
    children = await town.cordon.parts.database.read(lambda work: work.runs.children(run_id))
    return {child.action: child.state for child in children}


def _quick(toy: ToyService) -> dict[str, object]:
    """The watch between two steps of a recovery, for as long as a test can wait."""
    params = toy.actions()["watch-violations"]["params"]
    return {"watch-violations": {"params": {**params, "minutes": 0.003, "every_seconds": 1}}}


async def test_the_kill_switch_stops_everything_side_by_side_and_is_undone(
    free: Town, toy: ToyService
) -> None:
    town = free
    channel = await town.declare()
    planned = await plan(town, channel, "kill-switch")
    assert planned.words.count("→") == 4
    await town.person("ann").click(planned, "run.confirm")
    done = await shows(town, channel, planned, "Verified")
    state = toy.state()
    assert (state["agent_replicas_running"], state["conversations_open"]) == (0, 0)
    assert set((await _steps(town, 1)).values()) == {RunState.VERIFIED}
    assert buttons(done) == ["Undo", "Recover step by step…"]
    assert len(await entries(town, EntryKind.EVIDENCE_KEPT)) == 1
    await town.person("ann").click(done, "run.undo")
    await shows(town, channel, planned, "Undone by")
    state = toy.state()
    assert (state["agent_replicas_running"], state["conversations_open"]) == (6, 12)
    assert set((await _steps(town, 1)).values()) == {RunState.REVERTED}


async def test_a_step_that_fails_keeps_no_other_from_running(free: Town, toy: ToyService) -> None:
    town = free
    channel = await town.declare()
    planned = await plan(town, channel, "kill-switch")
    toy.cluster.forbidden.add(("patch", "deployments/scale"))
    await town.person("ann").click(planned, "run.confirm")
    told = await shows(town, channel, planned, "What to do:")
    await town.cordon.idle()
    steps = await _steps(town, 1)
    assert steps.pop("stop-agent") is RunState.FAILED
    assert set(steps.values()) == {RunState.VERIFIED}
    assert "Stop the production agent" in told.words
    [run] = await runs(town)
    assert run.state is RunState.FAILED
    assert toy.state()["conversations_open"] == 0


async def test_in_order_nothing_begins_after_a_step_that_fails(
    open_contained: ContainedTown, toy: ToyService
) -> None:
    ordered = {"kill-switch": {"parallel": False, "on_failure": "stop"}}
    town = await open_contained(more={**FREE, "actions": ordered})
    channel = await town.declare()
    planned = await plan(town, channel, "kill-switch")
    toy.cluster.forbidden.add(("patch", "httproutes"))
    await town.person("ann").click(planned, "run.confirm")
    await shows(town, channel, planned, "1 step was not started")
    assert await _steps(town, 1) == {
        "tools-off": RunState.VERIFIED,
        "pause-all-conversations": RunState.VERIFIED,
        "safe-baseline": RunState.FAILED,
    }
    assert toy.state()["agent_replicas_running"] == 6


async def test_recovery_goes_step_by_step_and_is_watched(
    open_contained: ContainedTown, toy: ToyService
) -> None:
    town = await open_contained(more={**FREE, "actions": _quick(toy)})
    channel, ann = await town.declare(), town.person("ann")
    planned = await plan(town, channel, "kill-switch")
    await ann.click(planned, "run.confirm")
    done = await shows(town, channel, planned, "Verified")
    await ann.click(done, "run.recover")
    back = await town.until_message(channel, "Recover from")
    await ann.click(back, "run.confirm")
    await town.cordon.idle()
    await shows(town, channel, back, "Verified")
    state = toy.state()
    assert (state["agent_replicas_running"], state["conversations_open"]) == (6, 12)
    assert state["safety_violations_per_minute"] == 0


async def test_recovery_halts_and_contains_again_when_the_problem_returns(
    open_contained: ContainedTown, toy: ToyService
) -> None:
    """Without a recovery of its own, the kill switch is taken back step by step: with the bad version still in."""
    own = {"kill-switch": {"recovery": None, "parallel": False, "on_failure": "stop"}, **_quick(toy)}
    town = await open_contained(more={**FREE, "actions": own})
    channel, ann = await town.declare(), town.person("ann")
    planned = await plan(town, channel, "kill-switch")
    await ann.click(planned, "run.confirm")
    done = await shows(town, channel, planned, "Verified")
    await ann.click(done, "run.recover")
    back = await town.until_message(channel, "Recover from")
    await ann.click(back, "run.confirm")
    await town.cordon.idle()
    told = await shows(town, channel, back, "The problem came back")
    assert "Contained again" in told.words
    await town.cordon.idle()
    state = toy.state()
    assert state["agent_replicas_running"] == 0
    assert state["conversations_open"] == 0
    assert not state["agent_tools_enabled"]
    assert await entries(town, EntryKind.RUN_FAILED)


async def test_a_bot_stopped_in_the_middle_of_a_kill_switch_goes_on_with_all_its_steps(
    free: Town, toy: ToyService
) -> None:
    town = free
    channel = await town.declare()
    planned = await plan(town, channel, "kill-switch")
    toy.cluster.controllers.hold()
    await town.person("ann").click(planned, "run.confirm")
    await toy.cluster.until(lambda: any(one.resource == "deployments/scale" for one in toy.cluster.asked))
    await town.restart()
    toy.cluster.controllers.release()
    await shows(town, channel, planned, "Verified")
    assert set((await _steps(town, 1)).values()) == {RunState.VERIFIED}
    patches = [one for one in toy.cluster.asked if (one.verb, one.resource) == ("patch", "deployments/scale")]
    assert len(patches) == 1
    assert len(await entries(town, EntryKind.RUN_STARTED)) == 5
