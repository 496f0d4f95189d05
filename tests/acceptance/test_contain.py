"""A single action as people run it: planned, run, verified, ticked, undone; and everything that can be in its way."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from incidents.checklist import ChecklistItem, ItemState
from incidents.errors import ConfigError
from incidents.run_states import RunState
from incidents.timeline import EntryKind
from sandbox import Channel, Message
from sandbox.kubernetes_kinds import DEPLOYMENT
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
    strict,
    toy,
)
from tests.acceptance.town import COMMON, Town
from tests.commands.outside import Outside, Reply

__all__ = ["free", "open_contained", "strict", "toy"]


async def test_an_action_is_planned_run_verified_and_undone(free: Town, toy: ToyService) -> None:
    town, ann = free, free.person("ann")
    channel = await town.declare()
    planned = await plan(town, channel, "stop-agent")
    assert "Deployment prod/agent-prod replicas: 6 → *0*" in planned.words
    assert buttons(planned) == ["Run", "Run without keeping evidence", "Cancel"]
    assert toy.state()["agent_replicas_running"] == 6, "a plan changes nothing"
    await ann.click(planned, "run.confirm")
    done = await shows(town, channel, planned, "Verified")
    assert toy.state()["agent_replicas_running"] == 0
    assert buttons(done) == ["Undo"]
    await ann.click(done, "run.undo")
    await shows(town, channel, planned, "Undone by")
    assert toy.state()["agent_replicas_running"] == 6
    kinds = [entry.kind for entry in await entries(town) if entry.kind.startswith(("run_", "evidence"))]
    assert kinds == [
        EntryKind.RUN_PLANNED,
        EntryKind.RUN_STARTED,
        EntryKind.EVIDENCE_KEPT,
        EntryKind.RUN_VERIFIED,
        EntryKind.RUN_REVERTED,
    ]


async def test_the_evidence_is_kept_before_and_its_manifest_holds(free: Town, toy: ToyService) -> None:
    town = free
    channel = await town.declare()
    planned = await plan(town, channel, "stop-agent")
    await town.person("ann").click(planned, "run.confirm")
    await shows(town, channel, planned, "Evidence kept")
    [entry] = await entries(town, EntryKind.EVIDENCE_KEPT)
    folder = Path(town.folder / "evidence" / entry.details["evidence"])
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["digest"] == entry.details["digest"]
    for file in manifest["files"]:
        assert hashlib.sha256((folder / file["name"]).read_bytes()).hexdigest() == file["sha256"]
    assert any("metrics" in file["original"] for file in manifest["files"])


async def test_pressed_twice_and_by_two_it_runs_once(free: Town, toy: ToyService) -> None:
    town, ann, bob = free, free.person("ann"), free.person("bob")
    channel = await town.declare()
    anns, bobs = await plan(town, channel, "stop-agent"), await plan(town, channel, "stop-agent", "bob")
    await asyncio.gather(
        ann.click(anns, "run.confirm"), ann.click(anns, "run.confirm"), bob.click(bobs, "run.confirm")
    )
    await town.cordon.idle()
    states = [run.state for run in await runs(town)]
    assert states.count(RunState.VERIFIED) == 1, states
    patches = [one for one in toy.cluster.asked if one.verb == "patch"]
    assert len(patches) == 1


async def test_a_world_that_changed_meanwhile_stops_it(free: Town, toy: ToyService) -> None:
    town = free
    channel = await town.declare()
    planned = await plan(town, channel, "stop-agent")
    agent = toy.cluster.store.get(DEPLOYMENT, "prod", "agent-prod")
    toy.cluster.store.change(DEPLOYMENT, agent, lambda one: one["spec"].update(replicas=4))
    await town.person("ann").click(planned, "run.confirm")
    told = await shows(town, channel, planned, "The world has changed")
    assert "replicas was 6 and is 4 now" in told.words
    assert "Run again" in told.words
    await town.until_message(channel, "out of date")
    assert not [one for one in toy.cluster.asked if one.verb == "patch"]


async def test_the_linked_item_is_ticked_only_when_verified(free: Town) -> None:
    town = free
    channel = await town.declare()
    phases = await town.cordon.parts.database.read(lambda work: work.checklists.phases(1))
    linked = next(item for phase in phases for item in phase.items if item.action == "tools-off")
    listed = next(m for m in town.messages(channel) if f"'item-{linked.id}'" in str(m.blocks))
    await town.person("ann").click(listed, "contain.item", value=str(linked.id))
    planned = await town.until_message(channel, "Nothing is changed yet")
    assert (await _item(town, linked.id)).state is ItemState.OPEN
    await town.person("ann").click(planned, "run.confirm")
    done = await shows(town, channel, planned, "Verified")
    now = await _item(town, linked.id)
    assert now.state is ItemState.DONE
    assert now.by == town.person("ann").id
    await town.person("bob").click(done, "run.undo")
    await shows(town, channel, planned, "Undone by")
    again = await _item(town, linked.id)
    assert again.state is ItemState.OPEN, "what was undone is not done"


async def _item(town: Town, item_id: int) -> ChecklistItem:
    return await town.cordon.parts.database.read(lambda work: work.checklists.item(item_id))


async def test_the_form_says_at_once_what_is_wrong_with_the_ids(free: Town, toy: ToyService) -> None:
    town, ann = free, free.person("ann")
    channel = await town.declare()
    await ann.slash(channel.id, "/incident contain")
    listed = await town.until_whisper("ann", channel, "What can contain INC-1")
    await ann.click(listed, "contain.plan", value="1:pause-conversations")
    view = await ann.until_view("Plan an action")
    await ann.submit(view, {"ids": "c-1, <!here>"})
    assert ann.view is not None
    assert "can't be an id" in ann.view.errors["ids"]
    await ann.submit(await ann.until_view("Plan an action"), {"ids": "c-1\nc-2;c-3 'c-4'"})
    planned = await town.until_message(channel, "Nothing is changed yet")
    await ann.click(planned, "run.confirm")
    await shows(town, channel, planned, "Verified")
    assert toy.state()["conversations_open"] == 8


async def test_a_target_that_hangs_fails_in_bounded_time_and_others_go_on(
    open_contained: ContainedTown, toy: ToyService
) -> None:
    connections = toy.connections()
    connections["kubernetes"]["timeout_seconds"] = 0.5
    town = await open_contained(more={**FREE, "connections": connections})
    channel, ann = await town.declare(), town.person("ann")
    planned = await plan(town, channel, "stop-agent")
    flag = await plan(town, channel, "tools-off")
    toy.cluster.faults.add(method="patch deployments/scale", kind="hang", times=9)
    await ann.click(planned, "run.confirm")
    await ann.click(flag, "run.confirm")
    await shows(town, channel, flag, "Verified")
    await town.cordon.idle()
    [stuck, other] = await runs(town)
    assert other.state is RunState.VERIFIED
    assert stuck.state in {RunState.IN_DOUBT, RunState.FAILED}
    assert stuck.failure
    await shows(town, channel, planned, "What to do:")


async def test_a_bot_stopped_in_the_middle_goes_on_and_acts_once(free: Town, toy: ToyService) -> None:
    town, ann = free, free.person("ann")
    channel = await town.declare()
    planned = await plan(town, channel, "stop-agent")
    toy.cluster.controllers.hold()
    await ann.click(planned, "run.confirm")
    await toy.cluster.until(lambda: any(one.verb == "patch" for one in toy.cluster.asked))
    await shows(town, channel, planned, "⏳")
    restarting = asyncio.create_task(town.restart())
    await asyncio.wait({restarting})
    toy.cluster.controllers.release()
    await shows(town, channel, planned, "Verified")
    assert len([one for one in toy.cluster.asked if one.verb == "patch"]) == 1
    assert len(await entries(town, EntryKind.RUN_STARTED)) == 1
    assert len(await entries(town, EntryKind.EVIDENCE_KEPT)) == 1


async def test_a_wrong_action_stops_the_start_and_names_the_key(open_contained: ContainedTown) -> None:
    wrong = {"stop-agent": {"params": {"namespace": "prod", "deployment": "agent-prod", "replicas": -1}}}
    with pytest.raises(ConfigError, match=r"actions.stop-agent.params.replicas"):
        await open_contained(more={"actions": wrong})


async def test_of_a_private_incident_nothing_is_said_outside(free: Town) -> None:
    town, dee = free, free.person("dee")
    channel = await town.declare()
    await town.cordon.parts.database.write(lambda work: work.incidents.change(1, private=True))
    before = len(town.messages(COMMON))
    planned = await plan(town, channel, "tools-off")
    await town.person("ann").click(planned, "run.confirm")
    await shows(town, channel, planned, "Verified")
    await town.cordon.idle()
    assert len(town.messages(COMMON)) == before
    await dee.slash(COMMON, "/incident contain INC-1 tools-on")
    await town.until_whisper("dee", COMMON, "There is no INC-1")
    assert len(await runs(town)) == 1


async def _doubtful(open_contained: ContainedTown, outside: Outside) -> tuple[Town, Channel, Message]:
    """A run whose request may have arrived, and whose answer never came."""
    action = {
        "title": "Pause the queue",
        "command": "http_request",
        "params": {
            "url": f"{outside.url}/pause",
            "timeout_seconds": 0.3,
            "probe": {"url": f"{outside.url}/state", "json_path": "state", "equals": "paused"},
        },
        "risk": "low",
    }
    outside.replies("GET", "/state", Reply(json={"state": "paused"}))
    outside.replies("POST", "/pause", Reply(trouble="hang"))
    connections = {"http": {"allowed_hosts": ["127.0.0.1:*", "127.0.0.1"]}}
    town = await open_contained(more={**FREE, "actions": {"pause-queue": action}, "connections": connections})
    channel = await town.declare()
    planned = await plan(town, channel, "pause-queue")
    await town.person("ann").click(planned, "run.confirm")
    return town, channel, await shows(town, channel, planned, "It did happen")


@pytest.fixture
async def outside() -> AsyncIterator[Outside]:
    one = Outside()
    await one.start()
    yield one
    await one.stop()


async def test_in_doubt_a_person_who_looked_says_that_it_happened(
    open_contained: ContainedTown, outside: Outside
) -> None:
    town, channel, doubtful = await _doubtful(open_contained, outside)
    assert "What to do:" in doubtful.words
    assert await entries(town, EntryKind.RUN_IN_DOUBT)
    await town.person("bob").click(doubtful, "run.happened")
    await shows(town, channel, doubtful, "Verified")


async def test_in_doubt_a_person_who_looked_says_that_it_did_not_happen(
    open_contained: ContainedTown, outside: Outside
) -> None:
    town, channel, doubtful = await _doubtful(open_contained, outside)
    await town.person("bob").click(doubtful, "run.nothing")
    await shows(town, channel, doubtful, "Somebody looked: nothing was changed")
    assert [run.state for run in await runs(town)] == [RunState.FAILED]
    again = await plan(town, channel, "pause-queue")
    outside.replies("POST", "/pause", Reply())
    await town.person("ann").click(again, "run.confirm")
    await shows(town, channel, again, "Verified")


async def test_evidence_that_takes_too_long_delays_nothing(
    open_contained: ContainedTown, toy: ToyService
) -> None:
    town = await open_contained(more={**FREE, "actions": {"stop-agent": {"snapshot_seconds": 0.2}}})
    channel = await town.declare()
    planned = await plan(town, channel, "stop-agent")
    toy.cluster.faults.add(method="get pods/log", kind="hang", times=99)
    await town.person("ann").click(planned, "run.confirm")
    await shows(town, channel, planned, "Evidence not kept: it took longer than 0.2 s")
    await shows(town, channel, planned, "Verified")
    assert toy.state()["agent_replicas_running"] == 0
    [entry] = await entries(town, EntryKind.EVIDENCE_SKIPPED)
    assert "could not be kept" in entry.text


async def test_evidence_that_somebody_skips_is_recorded_with_their_name(free: Town) -> None:
    town, ann = free, free.person("ann")
    channel = await town.declare()
    planned = await plan(town, channel, "stop-agent")
    await ann.click(planned, "run.confirm_without_evidence")
    await shows(town, channel, planned, "Verified")
    [entry] = await entries(town, EntryKind.EVIDENCE_SKIPPED)
    assert entry.actor == ann.id
    assert not (town.folder / "evidence").exists()


async def test_only_who_asked_or_commands_starts_it(free: Town, toy: ToyService) -> None:
    town, bob = free, free.person("bob")
    channel = await town.declare()
    planned = await plan(town, channel, "stop-agent")
    await bob.click(planned, "run.confirm")
    await town.until_whisper("bob", channel, "they or the incident commander decide")
    assert toy.state()["agent_replicas_running"] == 6
    await bob.slash(channel.id, "/incident role commander")
    await town.until_whisper("bob", channel, "You are in command")
    await bob.click(planned, "run.confirm")
    await shows(town, channel, planned, "Verified")


async def test_who_may_not_run_it_is_refused_and_that_is_recorded(open_contained: ContainedTown) -> None:
    only = {"containment": {"rules": [{"risks": ["low", "medium", "high"], "run": {"roles": ["ai_ops"]}}]}}
    town = await open_contained(more=only)
    channel = await town.declare()
    await town.person("ann").slash(channel.id, "/incident contain tools-off")
    await town.until_whisper("ann", channel, "You can't run this action")
    [refused] = await entries(town, EntryKind.REFUSED)
    assert refused.actor == town.person("ann").id
    assert not await runs(town)


async def test_a_target_that_is_not_there_is_told_and_nothing_is_planned(free: Town, toy: ToyService) -> None:
    town = free
    channel = await town.declare()
    toy.cluster.forbidden.add(("get", "deployments"))
    await town.person("ann").slash(channel.id, "/incident contain stop-agent")
    await town.until_whisper("ann", channel, "Nothing was changed")
    assert not await runs(town)
    await town.person("ann").slash(channel.id, "/incident contain stop-agnt")
    await town.until_whisper("ann", channel, 'Did you mean "stop-agent"?')
