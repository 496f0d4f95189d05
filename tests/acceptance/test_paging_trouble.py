"""PagerDuty, Slack or the machine has trouble while somebody must be woken: what people then see."""

import asyncio
import logging
from datetime import timedelta

import pytest

from incidents.timeline import EntryKind
from sandbox.faults import Kind
from sandbox.pagerduty import PagerDutySandbox
from tests.acceptance.conftest import TEAM
from tests.acceptance.paged import (
    PagedTown,
    calls_for_help,
    kinds,
    open_paged,
    paged,
    pagerduty,
    slow_paged,
    the_channel,
    until_card,
)
from tests.acceptance.town import COMMON, Town
from tests.fake_clock import FakeClock

__all__ = ["open_paged", "paged", "pagerduty", "slow_paged"]


# --- PagerDuty has trouble ---------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["400", "401", "403"])
async def test_a_refusal_calls_people_at_once_and_stands_on_the_card(
    slow_paged: tuple[Town, FakeClock], pagerduty: PagerDutySandbox, status: str
) -> None:
    town, clock = slow_paged
    pagerduty.faults.add(method="enqueue", kind="error", code=status, times=100)
    channel = await town.declare()
    called = await town.until_message(channel, "📵")
    for name in ("bob", "cyd"):
        assert f"<@{town.person(name).id}>" in called.words
    assert "by phone" in called.words
    assert status in called.words
    await until_card(town, channel, "On-call could NOT be paged (1 try): PagerDuty answered " + status)
    await clock.advance(timedelta(minutes=30))
    assert len(calls_for_help(town, channel)) == 1, "once a round"
    assert calls_for_help(town, COMMON) == []
    assert len(pagerduty.asked) == 1, "a refusal is not repeated"
    assert await kinds(town) == [EntryKind.PAGE_FAILED]


@pytest.mark.parametrize("kind", ["http_500", "lost_answer"])
async def test_a_hiccup_is_tried_again_and_shown(
    slow_paged: tuple[Town, FakeClock], pagerduty: PagerDutySandbox, kind: Kind
) -> None:
    town, clock = slow_paged
    pagerduty.faults.add(method="enqueue", kind=kind, times=2)
    channel = await town.declare()
    await until_card(town, channel, "On-call not paged yet, trying again after 1 try: PagerDuty")
    await clock.advance(timedelta(seconds=10))
    await until_card(town, channel, "On-call paged for SEV1")
    assert len(pagerduty.asked) == 3
    assert len(pagerduty.alerts) == 1
    await clock.advance(timedelta(minutes=5))
    assert calls_for_help(town, channel) == []
    assert await kinds(town) == [EntryKind.PAGED]


async def test_it_waits_as_long_as_pagerduty_asks(
    slow_paged: tuple[Town, FakeClock], pagerduty: PagerDutySandbox
) -> None:
    town, clock = slow_paged
    pagerduty.faults.add(method="enqueue", kind="rate_limited", retry_after=20)
    channel = await town.declare()
    await until_card(town, channel, "trying again after 1 try: PagerDuty asks to slow down (429)")
    await clock.advance(timedelta(seconds=19))
    assert len(pagerduty.asked) == 1
    await clock.advance(timedelta(seconds=4))
    await until_card(town, channel, "On-call paged for SEV1")


async def test_after_five_failures_people_are_called_and_a_late_success_is_shown(
    slow_paged: tuple[Town, FakeClock], pagerduty: PagerDutySandbox
) -> None:
    town, clock = slow_paged
    await pagerduty.stop()
    channel = await town.declare()
    await until_card(town, channel, "trying again after 1 try")
    await clock.advance(timedelta(seconds=10))
    assert calls_for_help(town, channel) == []
    await clock.advance(timedelta(seconds=10))
    await until_card(town, channel, "On-call could NOT be paged (5 tries)")
    assert len(calls_for_help(town, channel)) == 1

    await pagerduty.start()
    await clock.advance(timedelta(minutes=5))
    assert len(pagerduty.alerts) == 1
    await until_card(town, channel, "On-call paged for SEV1")
    assert len(calls_for_help(town, channel)) == 1
    assert await kinds(town) == [EntryKind.PAGE_FAILED, EntryKind.PAGED]


async def test_raising_while_it_is_away_calls_people_for_the_worse_level_too(
    slow_paged: tuple[Town, FakeClock], pagerduty: PagerDutySandbox
) -> None:
    town, _ = slow_paged
    pagerduty.faults.add(method="enqueue", kind="error", code="403", times=100)
    channel = await town.declare()
    await town.until_message(channel, "📵")
    await town.person("ann").slash(channel.id, "/incident severity sev0")
    await town.until_message(channel, "on-call may know nothing of 🔴 SEV0")
    await town.cordon.idle()
    assert len(calls_for_help(town, channel)) == 2


async def test_who_is_called_and_how_soon_is_the_organisations_choice(
    open_paged: PagedTown, pagerduty: PagerDutySandbox
) -> None:
    fallback = {"fallback": ["@leads"], "fallback_after_attempts": 1}
    chosen = type(TEAM).model_validate({**TEAM.model_dump(), "paging": fallback})
    pagerduty.faults.add(method="enqueue", kind="http_500", times=100)
    clock = FakeClock(lets_work_end=True)
    town = await open_paged(organisation=chosen, clock=clock)
    dee = town.person("dee").id
    channel = await town.declare()
    called = await town.until_message(channel, "📵")
    assert f"<@{dee}>" in called.words
    assert dee in channel.members, "who is mentioned outside the channel hears nothing"


async def test_while_it_hangs_the_channel_is_there_and_people_are_called_in_time(
    open_paged: PagedTown, pagerduty: PagerDutySandbox
) -> None:
    chosen = TEAM.model_copy(
        update={"paging": TEAM.paging.model_copy(update={"fallback_after_attempts": 20})}
    )
    clock = FakeClock(lets_work_end=True)
    town = await open_paged(organisation=chosen, clock=clock, call_timeout=1)
    clock.settle_with(town.cordon.idle)
    hang = pagerduty.faults.add(method="enqueue", kind="hang", times=100)
    await town.person("ann").slash(COMMON, "/incident declare sev1 Agent leaks")
    channel = await town.sandbox.until(lambda: the_channel(town))
    await asyncio.wait_for(hang.hit.wait(), 10)
    await town.until_message(channel, "*1 · Contain*")
    await town.cordon.idle()
    await until_card(town, channel, "trying again after 1 try: PagerDuty")
    assert calls_for_help(town, channel) == []
    await clock.advance(timedelta(seconds=121))
    await town.until_message(channel, "📵")
    await until_card(town, channel, "On-call could NOT be paged")
    pagerduty.faults.clear()
    await clock.advance(timedelta(minutes=2))
    await until_card(town, channel, "On-call paged for SEV1")
    assert len(calls_for_help(town, channel)) == 1


async def test_a_slow_pagerduty_pages_once(paged: Town, pagerduty: PagerDutySandbox) -> None:
    slow = pagerduty.faults.add(method="enqueue", kind="hold_before")
    await paged.person("ann").slash(COMMON, "/incident declare sev1 Agent leaks")
    await asyncio.wait_for(slow.hit.wait(), 10)
    channel = await paged.sandbox.until(lambda: the_channel(paged))
    await paged.until_message(channel, "*1 · Contain*")
    await until_card(paged, channel, "Paging on-call for SEV1…")
    slow.release()
    await until_card(paged, channel, "On-call paged for SEV1")
    assert len(pagerduty.alerts) == 1


async def test_command_taken_while_it_is_away_needs_no_page_any_more(
    slow_paged: tuple[Town, FakeClock], pagerduty: PagerDutySandbox
) -> None:
    town, clock = slow_paged
    pagerduty.faults.add(method="enqueue", kind="http_500", times=2)
    channel = await town.declare()
    await town.person("bob").click(town.message(channel, "Take command"), "card.take_command")
    await until_card(town, channel, "Page acknowledged, but PagerDuty does not know")
    await clock.advance(timedelta(minutes=5))
    assert pagerduty.alerts == []
    assert "but PagerDuty" not in town.message(COMMON, "INC-1").words
    assert calls_for_help(town, channel) == []


async def _taken_while_the_page_is_held(town: Town) -> None:
    await town.person("ann").slash(COMMON, "/incident declare sev1 Agent leaks")
    channel = await town.sandbox.until(lambda: the_channel(town))
    pinned = await town.until_message(channel, "Take command")
    await town.sandbox.until(lambda: town.person("bob").id in channel.members)
    await town.person("bob").click(pinned, "card.take_command")
    await town.until_whisper("bob", channel, "You are in command")


def _actions(pagerduty: PagerDutySandbox) -> list[str]:
    return [one.body["event_action"] for one in pagerduty.asked]


async def test_command_taken_while_the_page_is_under_way_is_told_behind_it(
    paged: Town, pagerduty: PagerDutySandbox
) -> None:
    held = pagerduty.faults.add(method="enqueue", kind="hold_before")
    await _taken_while_the_page_is_held(paged)
    await asyncio.wait_for(held.hit.wait(), 10)
    held.release()
    await pagerduty.until(lambda: _actions(pagerduty) == ["trigger", "acknowledge", "acknowledge"])
    await paged.cordon.idle()
    assert [alert.status for alert in pagerduty.alerts] == ["acknowledged"]
    assert set(await kinds(paged)) == {EntryKind.PAGED, EntryKind.PAGE_ACKNOWLEDGED}


async def test_a_stray_page_that_arrives_behind_the_acknowledgement_is_acknowledged_too(
    slow_paged: tuple[Town, FakeClock], pagerduty: PagerDutySandbox
) -> None:
    """Cordon has given the attempt up, command is taken, and PagerDuty rings all the same."""
    town, clock = slow_paged
    held = pagerduty.faults.add(method="enqueue", kind="hold_before")
    await _taken_while_the_page_is_held(town)
    await pagerduty.until(lambda: _actions(pagerduty) == ["trigger", "acknowledge"])
    await town.cordon.idle()
    held.release()
    await pagerduty.until(lambda: pagerduty.alerts)
    [stray] = pagerduty.incidents
    assert stray["status"] == "triggered"
    await clock.advance(timedelta(minutes=2))
    [stray] = pagerduty.incidents
    assert stray["status"] == "acknowledged"


# --- Slack has trouble, or the machine ---------------------------------------------------------------


async def test_without_a_channel_the_page_leaves_without_a_link(
    slow_paged: tuple[Town, FakeClock], pagerduty: PagerDutySandbox
) -> None:
    town, clock = slow_paged
    town.sandbox.faults.add(method="conversations.create", kind="error", code="fatal_error", times=3)
    await town.person("ann").slash(COMMON, "/incident declare sev1 Agent leaks")
    await town.until_message(COMMON, "INC-1")
    await clock.advance(timedelta(seconds=3))
    assert [(alert.summary, alert.links) for alert in pagerduty.alerts] == [
        ("SEV1 · INC-1 · Agent leaks", [])
    ]


async def test_without_a_channel_people_are_called_in_the_common_one(
    slow_paged: tuple[Town, FakeClock], pagerduty: PagerDutySandbox
) -> None:
    town, clock = slow_paged
    town.sandbox.faults.add(method="conversations.create", kind="error", code="fatal_error", times=100)
    pagerduty.faults.add(method="enqueue", kind="error", code="400", times=100)
    await town.person("ann").slash(COMMON, "/incident declare sev1 Agent leaks")
    await town.until_message(COMMON, "INC-1")
    await clock.advance(timedelta(seconds=3))
    called = await town.until_message(COMMON, "📵")
    assert f"<@{town.person('bob').id}>" in called.words
    assert "INC-1" in called.words


async def test_of_a_private_incident_nobody_is_called_in_the_common_channel(
    slow_paged: tuple[Town, FakeClock], pagerduty: PagerDutySandbox
) -> None:
    town, clock = slow_paged
    refused = town.sandbox.faults.add(
        method="conversations.create", kind="error", code="fatal_error", times=100
    )
    pagerduty.faults.add(method="enqueue", kind="error", code="400", times=100)
    await town.person("ann").slash(COMMON, "/incident declare sev1 Agent leaks")
    await asyncio.wait_for(refused.hit.wait(), 10)
    await town.cordon.parts.database.write(lambda work: work.incidents.change(1, private=True))
    await clock.advance(timedelta(seconds=10))
    assert await kinds(town) == [EntryKind.PAGE_FAILED]
    assert calls_for_help(town, COMMON) == []

    town.sandbox.faults.clear()
    await clock.advance(timedelta(minutes=3))
    channel = await town.sandbox.until(lambda: the_channel(town))
    assert len(calls_for_help(town, channel)) == 1
    assert calls_for_help(town, COMMON) == []


async def test_a_restart_in_the_middle_pages_once(
    slow_paged: tuple[Town, FakeClock], pagerduty: PagerDutySandbox
) -> None:
    town, clock = slow_paged
    lost = pagerduty.faults.add(method="enqueue", kind="hold_after")
    await town.person("ann").slash(COMMON, "/incident declare sev1 Agent leaks")
    await asyncio.wait_for(lost.hit.wait(), 10)
    await town.restart()
    lost.release()
    await clock.advance(timedelta(minutes=1))
    channel = await town.sandbox.until(lambda: the_channel(town))
    await until_card(town, channel, "On-call paged for SEV1")
    assert len(pagerduty.alerts) == 1
    assert await kinds(town) == [EntryKind.PAGED]


async def test_a_page_left_when_the_bot_stopped_is_sent_when_it_is_back(
    slow_paged: tuple[Town, FakeClock], pagerduty: PagerDutySandbox
) -> None:
    town, clock = slow_paged
    pagerduty.faults.add(method="enqueue", kind="http_500")
    channel = await town.declare()
    await until_card(town, channel, "trying again")
    await town.restart()
    await clock.advance(timedelta(seconds=5))
    await until_card(town, channel, "On-call paged for SEV1")
    await town.contain(channel)
    await town.person("ann").slash(channel.id, "/incident resolve Rolled back")
    await pagerduty.until(lambda: pagerduty.alerts[0].status == "resolved")


async def test_its_keys_are_in_no_log_message_or_database(
    slow_paged: tuple[Town, FakeClock], pagerduty: PagerDutySandbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    town, clock = slow_paged
    pagerduty.faults.add(method="enqueue", kind="http_500", times=2)
    pagerduty.faults.add(method="enqueue", kind="lost_answer", nth=3)
    pagerduty.faults.add(method="enqueue", kind="error", code="401", nth=4, times=100)
    channel = await town.declare()
    await clock.advance(timedelta(seconds=30))
    await town.until_message(channel, "📵")
    await town.stop_bot()
    kept = b"".join(path.read_bytes() for path in town.folder.glob("cordon.db*"))
    assert b"INC-1" in kept or b"open_channel:1" in kept
    shown = caplog.text + town.sandbox.described() + str([call.arguments for call in town.sandbox.calls])
    for secret in (pagerduty.routing_key, pagerduty.api_key):
        assert secret.encode() not in kept
        assert secret not in shown
    await town.start_bot()
