"""The command line while Slack is down, beside a bot and without one: the same record, and Slack told once, later."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from incidents.timeline import TimelineEntry, first_broken
from sandbox import Channel, Sandbox
from sandbox.toy_service import ToyService
from storage.database import Database
from tests import command_line
from tests.acceptance.conftest import TEAM
from tests.acceptance.contained import FREE, organised
from tests.acceptance.town import COMMON, MANIFEST, Town

DOWN = "Slack is down"
_PATIENCE = 30
"""Seconds until a bot that met an outage tries again, and then some."""


@dataclass
class Outage(Town):
    """A town whose Slack can go away and come back, and the command line beside it."""

    sandbox: Sandbox = field(init=False)
    port: int = 0

    async def open_slack(self) -> None:
        self.sandbox = Sandbox(manifest=MANIFEST, port=self.port, state_file=self.folder / "slack.json")
        await self.sandbox.start()
        self.port = int(self.sandbox.url.rsplit(":", 1)[1].rstrip("/"))

    async def close_slack(self) -> None:
        await self.sandbox.stop()

    async def cli(self, *words: str, by: str = "ann") -> str:
        """Run `cordon incident` as an operator; it must succeed."""
        ran = await self.try_cli(*words, by=by)
        assert ran.status == 0, ran.err
        return ran.out

    async def try_cli(self, *words: str, by: str = "ann") -> command_line.Ran:
        people = {name: {"user": self.person(name).id} for name in ("ann", "bob")}
        decided = {**json.loads(self.organisation.model_dump_json(exclude_unset=True)), "operators": people}
        (self.folder / "cordon.yaml").write_text(json.dumps(decided))
        group, verb = ("contain", words[1]) if words[0] == "contain" else ("incident", words[0])
        rest = words[2:] if words[0] == "contain" else words[1:]
        variables = {**self.extra, "DATABASE_URL": self.variables()["DATABASE_URL"]}
        return await command_line.run(self.folder, group, verb, "--as", by, *rest, variables=variables)

    async def opened(self, number: int) -> Channel:
        """The incident's one channel, as soon as it is there."""
        await self.sandbox.until(lambda: self._channels(number), timeout=_PATIENCE)
        [channel] = self._channels(number)
        return channel

    def _channels(self, number: int) -> list[Channel]:
        found = self.sandbox.workspace.channels.values()
        return [one for one in found if one.name.startswith(f"inc-{number}-")]

    async def told(self, channel: Channel, *said: str) -> None:
        """Wait until each of these is said in the channel; each must be said once."""
        for one in said:
            await self.sandbox.until(
                lambda one=one: any(one in message.words for message in self.messages(channel)),  # type: ignore[misc]
                timeout=_PATIENCE,
            )
        for one in said:
            self.message(channel, one)

    async def timeline(self, number: int) -> list[TimelineEntry]:
        database = await Database.open(self.variables()["DATABASE_URL"])
        entries = await database.read(lambda work: work.timeline.entries(number))
        failed = await database.read(lambda work: work.jobs.failed())
        await database.close()
        assert first_broken(entries) is None
        assert failed == []
        return entries


@pytest.fixture
async def outage(tmp_path: Path) -> AsyncIterator[Outage]:
    town = Outage(tmp_path, organisation=TEAM)
    await town.open_slack()
    yield town
    if hasattr(town, "cordon"):
        await town.stop_bot()
    await town.close_slack()


@pytest.fixture
async def town(outage: Outage) -> Outage:
    await outage.start_bot()
    await outage.sandbox.until(lambda: any(call.method == "users.list" for call in outage.sandbox.calls))
    return outage


async def test_beside_a_living_bot_a_declaration_opens_its_channel_within_the_poll(town: Outage) -> None:
    assert "INC-1" in await town.cli("declare", "sev1", "Agent leaks data", "--reason", "Trying it")
    channel = await town.opened(1)
    await town.told(
        channel, "*1 · Contain*", "From the command line, <@" + town.person("ann").id, "Reason: Trying it"
    )
    assert town.person("ann").id in channel.members
    press = town.person("bob")
    await press.slash(COMMON, "/incident note INC-1 From Slack meanwhile")
    await town.cli("note", "INC-1", "From the terminal", "--reason", "Trying it")
    await town.cordon.idle()
    texts = [entry.text for entry in await town.timeline(1)]
    assert {"From Slack meanwhile", "From the terminal"} <= set(texts)
    assert texts.count("Opened the channel inc-1-agent-leaks-data") == 1


async def test_what_was_done_while_slack_was_down_is_told_when_it_is_back_once(town: Outage) -> None:
    await town.close_slack()
    await town.cli("declare", "sev1", "Agent leaks data", "--reason", DOWN)
    await town.cli("role", "INC-1", "commander", "--reason", DOWN, by="bob")
    await town.cli("note", "INC-1", "Key revoked by hand", "--reason", DOWN)
    await town.cli("update", "INC-1", "All agents are off", "--reason", DOWN)
    await town.cli("verify", "INC-1", "0 violations in 10 min", "--reason", DOWN)
    shown = await town.cli("status", "INC-1")
    assert "Contained" in shown
    assert "Commander    bob" in shown
    assert "Channel      not open yet" in shown
    await town.open_slack()
    channel = await town.opened(1)
    await town.told(
        channel,
        "Update on INC-1",
        "Containment verified",
        "Key revoked by hand",
        "published a status update",
        "declared this incident",
    )
    await town.sandbox.until(lambda: "Contained" in town.message(COMMON, "INC-1").words, timeout=_PATIENCE)
    entries = await town.timeline(1)
    ours = [entry for entry in entries if entry.actor != "cordon"]
    assert [entry.details["reason"] for entry in ours] == [DOWN] * len(ours)
    assert {entry.details["source"] for entry in ours} == {"cli"}
    assert {entry.actor for entry in ours} == {town.person("ann").id, town.person("bob").id}


async def test_without_any_bot_the_next_one_to_start_tells_all(outage: Outage) -> None:
    await outage.close_slack()
    await outage.cli("declare", "sev2", "Filter is off", "--reason", DOWN)
    await outage.cli("role", "INC-1", "commander", "--reason", DOWN)
    await outage.cli("resolve", "INC-1", "Filter is on", "--contained", "0 violations", "--reason", DOWN)
    await outage.open_slack()
    await outage.start_bot()
    channel = await outage.opened(1)
    await outage.told(channel, "Resolved: INC-1", "resolved the incident")
    await outage.cordon.idle()
    assert "✅ Resolved" in outage.message(COMMON, "INC-1").words
    assert "✅ Resolved" in channel.topic
    await outage.timeline(1)


async def test_what_was_contained_while_slack_was_down_is_shown_when_it_is_back(tmp_path: Path) -> None:
    async with ToyService() as toy:
        town = Outage(tmp_path, organisation=organised(toy, **FREE), extra=toy.environment())
        await town.open_slack()
        await town.start_bot()
        await town.sandbox.until(lambda: any(call.method == "users.list" for call in town.sandbox.calls))
        await town.close_slack()
        await town.cli("declare", "sev1", "Agent leaks data", "--reason", DOWN)
        await town.cli("contain", "run", "INC-1", "stop-agent", "--yes", "--reason", DOWN)
        assert toy.state()["agent_replicas_running"] == 0
        await town.open_slack()
        channel = await town.opened(1)
        await town.told(channel, "Verified", "is done and verified")
        patches = [one for one in toy.cluster.asked if one.verb == "patch"]
        assert len(patches) == 1, "what was done is not done again"
        await town.stop_bot()
        await town.close_slack()


async def test_a_right_that_is_lacking_in_slack_is_lacking_here_and_the_refusal_recorded(
    outage: Outage,
) -> None:
    await outage.cli("declare", "sev2", "Filter is off", "--reason", DOWN)
    refused = await outage.try_cli("cancel", "INC-1", "It was a test", "--reason", DOWN)
    assert refused.status == 1
    assert refused.err.startswith("cordon: You can't cancel incidents as false positives")
    assert "<@" not in refused.err
    [_, entry] = await outage.timeline(1)
    assert (entry.kind.value, entry.details["source"]) == ("refused", "cli")


async def test_of_a_private_incident_only_those_in_it_may_know(outage: Outage) -> None:
    await outage.cli("declare", "sev1", "Insider", "--private", "--reason", DOWN)
    assert "INC-1" in await outage.cli("list")
    assert "INC-1" not in await outage.cli("list", by="bob")
    hidden = await outage.try_cli("status", "INC-1", by="bob")
    assert (hidden.status, hidden.err) == (1, "cordon: There is no INC-1.\n")
    await outage.start_bot()
    await outage.opened(1)
    await outage.cordon.idle()
    assert "Insider" in await outage.cli("status", "INC-1"), "who declared it is still in it"
    assert (await outage.try_cli("status", "INC-1", by="bob")).status == 1
