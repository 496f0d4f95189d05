"""Who else must agree before an action of high risk, what happens when nobody does, and what stands in the record."""

from datetime import timedelta

import pytest

from incidents.run_states import RunState
from incidents.timeline import EntryKind
from sandbox.pagerduty import PagerDutySandbox
from sandbox.toy_service import ToyService
from tests.acceptance.contained import (
    ContainedTown,
    buttons,
    entries,
    open_contained,
    plan,
    runs,
    shows,
    strict,
    toy,
)
from tests.acceptance.paged import keys, pagerduty
from tests.acceptance.town import Town
from tests.fake_clock import FakeClock

__all__ = ["open_contained", "pagerduty", "strict", "toy"]


@pytest.fixture
async def slow(
    open_contained: ContainedTown, pagerduty: PagerDutySandbox, toy: ToyService
) -> tuple[Town, FakeClock]:
    clock = FakeClock(lets_work_end=True)
    town = await open_contained(clock=clock, extra={**toy.environment(), **keys(pagerduty)})
    clock.settle_with(town.cordon.idle)
    return town, clock


async def test_another_person_must_agree_and_the_requester_cannot(strict: Town, toy: ToyService) -> None:
    town, ann, bob = strict, strict.person("ann"), strict.person("bob")
    channel = await town.declare()
    planned = await plan(town, channel, "stop-agent")
    assert "Ask for approval" in buttons(planned)
    await bob.slash(channel.id, "/incident role commander")
    await town.until_whisper("bob", channel, "You are in command")
    await ann.click(planned, "run.confirm")
    waiting = await shows(town, channel, planned, "asks for approval")
    called = await town.until_message(channel, "needs your approval")
    assert f"<@{bob.id}>" in called.words
    await ann.click(waiting, "run.approve")
    await town.until_whisper("ann", channel, "somebody else must approve")
    assert toy.state()["agent_replicas_running"] == 6
    await bob.click(waiting, "run.approve")
    await shows(town, channel, planned, "Verified")
    assert toy.state()["agent_replicas_running"] == 0
    [refused] = await entries(town, EntryKind.REFUSED)
    assert refused.actor == ann.id
    [started] = await entries(town, EntryKind.RUN_STARTED)
    assert started.details["approvers"] == bob.id


async def test_who_holds_no_approving_role_cannot_agree(strict: Town) -> None:
    town, cyd = strict, strict.person("cyd")
    channel = await town.declare()
    planned = await plan(town, channel, "stop-agent")
    await town.person("ann").click(planned, "run.confirm")
    waiting = await shows(town, channel, planned, "asks for approval")
    await cyd.click(waiting, "run.approve")
    await town.until_whisper("cyd", channel, "You can't approve it")


async def test_a_declined_run_does_nothing_and_frees_its_target(strict: Town, toy: ToyService) -> None:
    town, ann, bob = strict, strict.person("ann"), strict.person("bob")
    channel = await town.declare()
    await bob.slash(channel.id, "/incident role commander")
    await town.until_whisper("bob", channel, "You are in command")
    planned = await plan(town, channel, "stop-agent")
    await ann.click(planned, "run.confirm")
    waiting = await shows(town, channel, planned, "asks for approval")
    other = await plan(town, channel, "stop-agent", "cyd")
    await town.person("cyd").click(other, "run.confirm")
    await town.until_whisper("cyd", channel, "is waiting for approval already")
    await bob.click(waiting, "run.cancel")
    await shows(town, channel, planned, "Called off by")
    await town.person("cyd").click(other, "run.confirm")
    await shows(town, channel, other, "asks for approval")
    assert toy.state()["agent_replicas_running"] == 6
    assert len(await entries(town, EntryKind.RUN_CANCELLED)) == 1


async def test_an_approval_that_nobody_gives_expires(slow: tuple[Town, FakeClock]) -> None:
    town, clock = slow
    channel = await town.declare()
    planned = await plan(town, channel, "stop-agent")
    await town.person("ann").click(planned, "run.confirm")
    await shows(town, channel, planned, "asks for approval")
    await clock.advance(timedelta(minutes=31))
    await shows(town, channel, planned, "It is expired")
    assert [run.state for run in await runs(town)] == [RunState.EXPIRED]


async def test_breaking_the_glass_is_loud_and_pages(
    slow: tuple[Town, FakeClock], toy: ToyService, pagerduty: PagerDutySandbox
) -> None:
    town, clock = slow
    ann, bob = town.person("ann"), town.person("bob")
    channel = await town.declare("sev3 Agent leaks")
    await bob.join(channel.id)
    await ann.slash(channel.id, "/incident role commander")
    await town.until_whisper("ann", channel, "You are in command")
    planned = await plan(town, channel, "stop-agent")
    await ann.click(planned, "run.confirm")
    waiting = await shows(town, channel, planned, "asks for approval")
    assert "Run without approval…" not in buttons(waiting)
    await clock.advance(timedelta(minutes=3, seconds=10))
    opened = await shows(town, channel, planned, "asks for approval")
    assert "Run without approval…" in buttons(opened)
    await bob.click(opened, "run.break_glass")
    await bob.submit(await bob.until_view("Run without approval"), {"reason": "I want to"})
    await town.cordon.idle()
    assert [entry.actor for entry in await entries(town, EntryKind.REFUSED)] == [bob.id]
    await ann.click(opened, "run.break_glass")
    await ann.submit(await ann.until_view("Run without approval"), {"reason": "It leaks <!channel> on"})
    await shows(town, channel, planned, "Verified")
    said = await town.until_message(channel, "*without approval*")
    assert "&lt;!channel&gt;" in said.words
    assert toy.state()["agent_replicas_running"] == 0
    await clock.advance(5)
    assert pagerduty.alerts
    [entry] = await entries(town, EntryKind.BREAK_GLASS)
    assert entry.details["reason"] == "It leaks <!channel> on"
