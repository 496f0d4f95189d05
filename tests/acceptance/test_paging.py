"""Who is woken through PagerDuty, as people meet it. Its troubles are in test_paging_trouble.py."""

import logging
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from bot.services import page
from incidents.timeline import EntryKind
from sandbox.pagerduty import PagerDutySandbox
from storage.unit_of_work import UnitOfWork
from tests.acceptance.conftest import OpenTown
from tests.acceptance.paged import (
    calls_for_help,
    card,
    key,
    kinds,
    open_paged,
    paged,
    pagerduty,
    slow_paged,
    until_card,
)
from tests.acceptance.town import COMMON, Town
from tests.fake_clock import FakeClock

__all__ = ["open_paged", "paged", "pagerduty", "slow_paged"]
ROOT = Path(__file__).parents[2]


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
    assert alert.dedup_key == key(paged, "INC-1")
    assert alert.summary == f"{level.upper()} · INC-1 · Agent leaks <!channel> data"
    assert (alert.severity, alert.urgency) == (severity, urgency)
    assert [link["href"].rpartition("/")[2] for link in alert.links] == [channel.id]
    await until_card(paged, channel, f"On-call paged for {level.upper()}, not acknowledged yet")
    assert await kinds(paged) == [EntryKind.PAGED]


async def test_mild_severities_page_nobody(paged: Town, pagerduty: PagerDutySandbox) -> None:
    await paged.declare("sev3 Slow answers")
    await paged.declare("sev4 Nearly leaked")
    assert pagerduty.asked == []
    assert "📟" not in paged.message(COMMON, "INC-1").words
    assert await kinds(paged) == []


async def test_taking_command_acknowledges(paged: Town, pagerduty: PagerDutySandbox) -> None:
    channel = await paged.declare()
    await paged.person("bob").click(paged.message(channel, "Take command"), "card.take_command")
    await pagerduty.until(lambda: pagerduty.alerts[0].status == "acknowledged")
    await until_card(paged, channel, "Page acknowledged")
    await paged.cordon.idle()
    assert await kinds(paged) == [EntryKind.PAGED, EntryKind.PAGE_ACKNOWLEDGED]


async def test_raising_pages_afresh_and_lowering_does_not(paged: Town, pagerduty: PagerDutySandbox) -> None:
    channel = await paged.declare("sev2 Agent is odd")
    ann = paged.person("ann")
    await ann.click(paged.message(channel, "Take command"), "card.take_command")
    await pagerduty.until(lambda: pagerduty.alerts[0].status == "acknowledged")
    await ann.slash(channel.id, "/incident severity sev0 Now everywhere")
    await pagerduty.until(lambda: len(pagerduty.alerts) == 2)
    again = pagerduty.alerts[1]
    assert (again.dedup_key, again.urgency) == (key(paged, "INC-1") + ":2", "high")
    assert again.summary.startswith("SEV0 · INC-1")
    await until_card(paged, channel, "On-call paged for SEV0")

    await ann.slash(channel.id, "/incident severity sev1 Not everywhere")
    await paged.until_message(channel, "Severity lowered")
    await paged.cordon.idle()
    assert len(pagerduty.alerts) == 2

    await paged.contain(channel)
    await ann.slash(channel.id, "/incident resolve Rolled back")
    await pagerduty.until(lambda: {alert.status for alert in pagerduty.alerts} == {"resolved"})
    await until_card(paged, channel, "Page resolved")
    await ann.click(paged.message(channel, "Resolved: INC-1"), "card.reopen")
    await paged.sandbox.until(lambda: "Investigating" in paged.message(COMMON, "INC-1").words)
    await paged.cordon.idle()
    assert len(pagerduty.alerts) == 2, "reopening pages nobody"


async def test_raising_from_a_level_that_does_not_page_pages(
    paged: Town, pagerduty: PagerDutySandbox
) -> None:
    channel = await paged.declare("sev3 Agent is odd")
    await paged.person("ann").slash(channel.id, "/incident severity sev1")
    await pagerduty.until(lambda: [alert.dedup_key for alert in pagerduty.alerts] == [key(paged, "INC-1")])


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
    assert calls_for_help(town, channel) == []
    for shown in (card(town, channel), town.message(COMMON, "INC-1")):
        assert "paged" not in shown.words.lower()
    assert await kinds(town) == []
    assert len([one for one in caplog.messages if "PagerDuty is off" in one]) == 1


def test_where_it_is_not_configured_its_package_is_not_loaded() -> None:
    code = "import sys, bot.app, bot.cli; sys.exit('pdpyras' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
