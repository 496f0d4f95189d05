"""A single action as people run it: planned, run, verified, ticked, undone; and everything that can be in its way."""

import asyncio
import hashlib
import json
from pathlib import Path

from incidents.run_states import RunState
from incidents.timeline import EntryKind
from sandbox.toy_service import ToyService
from tests.acceptance.contained import buttons, entries, free, open_contained, plan, runs, shows, strict, toy
from tests.acceptance.town import Town

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
