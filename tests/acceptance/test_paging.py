"""Who is woken through PagerDuty, and what happens when PagerDuty has trouble of its own: as people meet it."""

import asyncio
import logging
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.services import page
from incidents.timeline import EntryKind
from sandbox import Channel, Message
from sandbox.faults import Kind
from sandbox.pagerduty import PagerDutySandbox
from storage.unit_of_work import UnitOfWork
from tests.acceptance.conftest import TEAM, OpenTown
from tests.acceptance.town import COMMON, Town
from tests.fake_clock import FakeClock

ROOT = Path(__file__).parents[2]
CALL = "PagerDuty could not be reached"
PagedTown = Callable[..., Awaitable[Town]]


@pytest.fixture
async def pagerduty() -> AsyncIterator[PagerDutySandbox]:
    account = PagerDutySandbox()
    await account.start()
    yield account
    await account.stop()


@pytest.fixture
def open_paged(open_town: OpenTown, pagerduty: PagerDutySandbox) -> PagedTown:
    """Opens towns whose bot pages through that account."""

    async def opened(**choices: Any) -> Town:  # noqa: ANN401 - Town's own fields
        return await open_town(**{"extra": _keys(pagerduty), **choices})

    return opened


@pytest.fixture
async def paged(open_paged: PagedTown) -> Town:
    return await open_paged()


@pytest.fixture
async def slow_paged(open_paged: PagedTown) -> tuple[Town, FakeClock]:
    """A town whose time the test moves; PagerDuty is given two real seconds to answer."""
    clock = FakeClock(lets_work_end=True)
    town = await open_paged(clock=clock, call_timeout=2)

    async def settled() -> None:
        await town.cordon.idle()  # of the bot that runs then: a restart makes another

    clock.settle_with(settled)
    return town, clock


def _keys(pagerduty: PagerDutySandbox) -> dict[str, str]:
    return {
        "PAGERDUTY_ROUTING_KEY": pagerduty.routing_key,
        "PAGERDUTY_API_KEY": pagerduty.api_key,
        "PAGERDUTY_EVENTS_URL": pagerduty.url,
        "PAGERDUTY_API_URL": pagerduty.url,
    }


def _key(town: Town, incident: str) -> str:
    return f"cordon:{town.sandbox.workspace.team_id}:{incident}"


async def _kinds(town: Town, incident_id: int = 1) -> list[EntryKind]:
    """What the timeline says of paging, in order."""
    read = town.cordon.parts.database.read
    entries = await read(lambda work: work.timeline.entries(incident_id, limit=100))
    return [entry.kind for entry in sorted(entries, key=lambda one: one.seq) if "page" in entry.kind]


def _card(town: Town, channel: Channel) -> Message:
    return next(one for one in town.messages(channel) if re.search(r"\*SEV\d · INC-1", one.words))


async def _until_card(town: Town, channel: Channel, words: str) -> None:
    await town.sandbox.until(lambda: words in _card(town, channel).words)
    await town.sandbox.until(lambda: words in town.message(COMMON, "INC-1").words)


def _calls_for_help(town: Town, where: Channel | str) -> list[str]:
    return [
        message.words for message in town.messages(where) if CALL in message.words and "📵" in message.words
    ]


# --- all is well -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("level", "severity", "urgency"),
    [("sev0", "critical", "high"), ("sev1", "error", "high"), ("sev2", "warning", "low")],
)
async def test_declaring_pages_with_key_link_and_summary(
    paged: Town, pagerduty: PagerDutySandbox, level: str, severity: str, urgency: str
) -> None:
    channel = await paged.declare(f"{level} Agent leaks <!channel> data")
    [alert] = pagerduty.alerts
    assert alert.dedup_key == _key(paged, "INC-1")
    assert alert.summary == f"{level.upper()} · INC-1 · Agent leaks <!channel> data"
    assert (alert.severity, alert.urgency) == (severity, urgency)
    assert [link["href"].rpartition("/")[2] for link in alert.links] == [channel.id]
    await _until_card(paged, channel, f"On-call paged for {level.upper()}, not acknowledged yet")
    assert await _kinds(paged) == [EntryKind.PAGED]


async def test_mild_severities_page_nobody(paged: Town, pagerduty: PagerDutySandbox) -> None:
    await paged.declare("sev3 Slow answers")
    await paged.declare("sev4 Nearly leaked")
    assert pagerduty.asked == []
    assert "📟" not in paged.message(COMMON, "INC-1").words
    assert await _kinds(paged) == []


async def test_taking_command_acknowledges(paged: Town, pagerduty: PagerDutySandbox) -> None:
    channel = await paged.declare()
    await paged.person("bob").click(paged.message(channel, "Take command"), "card.take_command")
    await pagerduty.until(lambda: pagerduty.alerts[0].status == "acknowledged")
    await _until_card(paged, channel, "Page acknowledged")
    await paged.cordon.idle()
    assert await _kinds(paged) == [EntryKind.PAGED, EntryKind.PAGE_ACKNOWLEDGED]


async def test_raising_pages_afresh_and_lowering_does_not(paged: Town, pagerduty: PagerDutySandbox) -> None:
    channel = await paged.declare("sev2 Agent is odd")
    ann = paged.person("ann")
    await ann.click(paged.message(channel, "Take command"), "card.take_command")
    await pagerduty.until(lambda: pagerduty.alerts[0].status == "acknowledged")
    await ann.slash(channel.id, "/incident severity sev0 Now everywhere")
    await pagerduty.until(lambda: len(pagerduty.alerts) == 2)
    again = pagerduty.alerts[1]
    assert (again.dedup_key, again.urgency) == (_key(paged, "INC-1") + ":2", "high")
    assert again.summary.startswith("SEV0 · INC-1")
    await _until_card(paged, channel, "On-call paged for SEV0")

    await ann.slash(channel.id, "/incident severity sev1 Not everywhere")
    await paged.until_message(channel, "Severity lowered")
    await paged.cordon.idle()
    assert len(pagerduty.alerts) == 2

    await ann.slash(channel.id, "/incident resolve Rolled back")
    await pagerduty.until(lambda: {alert.status for alert in pagerduty.alerts} == {"resolved"})
    await _until_card(paged, channel, "Page resolved")
    await ann.click(paged.message(channel, "Resolved: INC-1"), "card.reopen")
    await paged.sandbox.until(lambda: "Investigating" in paged.message(COMMON, "INC-1").words)
    await paged.cordon.idle()
    assert len(pagerduty.alerts) == 2, "reopening pages nobody"


async def test_raising_from_a_level_that_does_not_page_pages(
    paged: Town, pagerduty: PagerDutySandbox
) -> None:
    channel = await paged.declare("sev3 Agent is odd")
    await paged.person("ann").slash(channel.id, "/incident severity sev1")
    await pagerduty.until(lambda: [alert.dedup_key for alert in pagerduty.alerts] == [_key(paged, "INC-1")])


async def test_a_private_incidents_title_is_not_told(paged: Town, pagerduty: PagerDutySandbox) -> None:
    channel = await paged.declare("sev3 Secret title")
    secret = {"private": True, "summary": "Secret summary"}
    await paged.cordon.parts.database.write(lambda work: work.incidents.change(1, **secret))
    await paged.person("ann").slash(channel.id, "/incident severity sev1")
    await pagerduty.until(lambda: pagerduty.alerts)
    assert pagerduty.alerts[0].summary == "SEV1 · INC-1 · private incident"
    assert "Secret" not in str(pagerduty.asked)


async def test_a_drill_pages_nobody_unless_told_to(paged: Town, pagerduty: PagerDutySandbox) -> None:
    channel = await paged.declare("sev3 Only an exercise")
    await paged.cordon.parts.database.write(lambda work: work.incidents.change(1, drill=True))
    await paged.person("ann").slash(channel.id, "/incident severity sev1")
    await paged.until_message(channel, "Severity raised")
    await paged.cordon.idle()
    assert pagerduty.asked == []

    parts = paged.cordon.parts

    async def told(work: UnitOfWork) -> None:
        drill = await work.incidents.get(1)
        await page.want(work, parts, drill, parts.clock.now(), drill_too=True)

    await parts.database.write(told)
    await pagerduty.until(lambda: pagerduty.alerts)
    assert pagerduty.alerts[0].summary.startswith("DRILL · SEV1 · INC-1")


# --- PagerDuty is off --------------------------------------------------------------------------------


async def test_where_it_is_not_configured_nothing_pretends(
    open_town: OpenTown, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    clock = FakeClock(lets_work_end=True)
    town = await open_town(clock=clock)
    clock.settle_with(town.cordon.idle)
    channel = await town.declare()
    await clock.advance(timedelta(minutes=10))
    assert _calls_for_help(town, channel) == []
    for card in (_card(town, channel), town.message(COMMON, "INC-1")):
        assert "paged" not in card.words.lower()
    assert await _kinds(town) == []
    assert len([one for one in caplog.messages if "PagerDuty is off" in one]) == 1


def test_where_it_is_not_configured_its_package_is_not_loaded() -> None:
    code = "import sys, bot.app, bot.cli; sys.exit('pdpyras' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


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
    await _until_card(town, channel, "On-call could NOT be paged (1 try): PagerDuty answered " + status)
    await clock.advance(timedelta(minutes=30))
    assert len(_calls_for_help(town, channel)) == 1, "once a round"
    assert _calls_for_help(town, COMMON) == []
    assert len(pagerduty.asked) == 1, "a refusal is not repeated"
    assert await _kinds(town) == [EntryKind.PAGE_FAILED]


@pytest.mark.parametrize("kind", ["http_500", "lost_answer"])
async def test_a_hiccup_is_tried_again_and_shown(
    slow_paged: tuple[Town, FakeClock], pagerduty: PagerDutySandbox, kind: Kind
) -> None:
    town, clock = slow_paged
    pagerduty.faults.add(method="enqueue", kind=kind, times=2)
    channel = await town.declare()
    await _until_card(town, channel, "On-call not paged yet, trying again after 1 try: PagerDuty")
    await clock.advance(timedelta(seconds=10))
    await _until_card(town, channel, "On-call paged for SEV1")
    assert len(pagerduty.asked) == 3
    assert len(pagerduty.alerts) == 1
    await clock.advance(timedelta(minutes=5))
    assert _calls_for_help(town, channel) == []
    assert await _kinds(town) == [EntryKind.PAGED]


async def test_it_waits_as_long_as_pagerduty_asks(
    slow_paged: tuple[Town, FakeClock], pagerduty: PagerDutySandbox
) -> None:
    town, clock = slow_paged
    pagerduty.faults.add(method="enqueue", kind="rate_limited", retry_after=20)
    channel = await town.declare()
    await _until_card(town, channel, "trying again after 1 try: PagerDuty asks to slow down (429)")
    await clock.advance(timedelta(seconds=19))
    assert len(pagerduty.asked) == 1
    await clock.advance(timedelta(seconds=4))
    await _until_card(town, channel, "On-call paged for SEV1")


async def test_after_five_failures_people_are_called_and_a_late_success_is_shown(
    slow_paged: tuple[Town, FakeClock], pagerduty: PagerDutySandbox
) -> None:
    town, clock = slow_paged
    await pagerduty.stop()
    channel = await town.declare()
    await _until_card(town, channel, "trying again after 1 try")
    await clock.advance(timedelta(seconds=10))
    assert _calls_for_help(town, channel) == []
    await clock.advance(timedelta(seconds=10))
    await _until_card(town, channel, "On-call could NOT be paged (5 tries)")
    assert len(_calls_for_help(town, channel)) == 1

    await pagerduty.start()
    await clock.advance(timedelta(minutes=5))
    assert len(pagerduty.alerts) == 1
    await _until_card(town, channel, "On-call paged for SEV1")
    assert len(_calls_for_help(town, channel)) == 1
    assert await _kinds(town) == [EntryKind.PAGE_FAILED, EntryKind.PAGED]


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
    before = set(town.sandbox.workspace.channels)
    await town.person("ann").slash(COMMON, "/incident declare sev1 Agent leaks")
    channel = await town.sandbox.until(
        lambda: next((c for i, c in town.sandbox.workspace.channels.items() if i not in before), None)
    )
    await asyncio.wait_for(hang.hit.wait(), 10)
    await town.until_message(channel, "*1 · Contain*")
    await town.cordon.idle()
    await _until_card(town, channel, "trying again after 1 try: PagerDuty")
    assert _calls_for_help(town, channel) == []
    await clock.advance(timedelta(seconds=121))
    await town.until_message(channel, "📵")
    await _until_card(town, channel, "On-call could NOT be paged")
    pagerduty.faults.clear()
    await clock.advance(timedelta(minutes=2))
    await _until_card(town, channel, "On-call paged for SEV1")
    assert len(_calls_for_help(town, channel)) == 1


async def test_a_slow_pagerduty_pages_once(paged: Town, pagerduty: PagerDutySandbox) -> None:
    slow = pagerduty.faults.add(method="enqueue", kind="hold_before")
    await paged.person("ann").slash(COMMON, "/incident declare sev1 Agent leaks")
    await asyncio.wait_for(slow.hit.wait(), 10)
    channel = await paged.sandbox.until(
        lambda: next(
            (c for c in paged.sandbox.workspace.channels.values() if c.name.startswith("inc-1-")), None
        )
    )
    await paged.until_message(channel, "*1 · Contain*")
    await _until_card(paged, channel, "Paging on-call for SEV1…")
    slow.release()
    await _until_card(paged, channel, "On-call paged for SEV1")
    assert len(pagerduty.alerts) == 1


async def test_command_taken_while_it_is_away_needs_no_page_any_more(
    slow_paged: tuple[Town, FakeClock], pagerduty: PagerDutySandbox
) -> None:
    town, clock = slow_paged
    pagerduty.faults.add(method="enqueue", kind="http_500", times=2)
    channel = await town.declare()
    await town.person("bob").click(town.message(channel, "Take command"), "card.take_command")
    await _until_card(town, channel, "Page acknowledged, but PagerDuty does not know")
    await clock.advance(timedelta(minutes=5))
    assert pagerduty.alerts == []
    assert "but PagerDuty" not in town.message(COMMON, "INC-1").words
    assert _calls_for_help(town, channel) == []


async def test_a_page_that_arrives_after_command_was_taken_is_acknowledged(
    slow_paged: tuple[Town, FakeClock], pagerduty: PagerDutySandbox
) -> None:
    """The answer is lost, command is taken, and PagerDuty rings all the same."""
    town, clock = slow_paged
    held = pagerduty.faults.add(method="enqueue", kind="hold_before")
    await town.person("ann").slash(COMMON, "/incident declare sev1 Agent leaks")
    await asyncio.wait_for(held.hit.wait(), 10)
    channel = await town.sandbox.until(
        lambda: next(
            (c for c in town.sandbox.workspace.channels.values() if c.name.startswith("inc-1-")), None
        )
    )
    card = await town.until_message(channel, "Take command")
    await town.person("bob").click(card, "card.take_command")
    await town.until_whisper("bob", channel, "You are in command")
    held.release()
    await clock.advance(timedelta(minutes=2))
    assert [alert.status for alert in pagerduty.alerts] == ["acknowledged"]


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
    channel = next(c for c in town.sandbox.workspace.channels.values() if c.name.startswith("inc-1-"))
    await _until_card(town, channel, "On-call paged for SEV1")
    assert len(pagerduty.alerts) == 1
    assert await _kinds(town) == [EntryKind.PAGED]


async def test_a_page_left_when_the_bot_stopped_is_sent_when_it_is_back(
    slow_paged: tuple[Town, FakeClock], pagerduty: PagerDutySandbox
) -> None:
    town, clock = slow_paged
    pagerduty.faults.add(method="enqueue", kind="http_500")
    channel = await town.declare()
    await _until_card(town, channel, "trying again")
    await town.restart()
    await clock.advance(timedelta(seconds=5))
    await _until_card(town, channel, "On-call paged for SEV1")
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
