"""Towns whose bot pages through a PagerDuty of their own, and what tests look at there."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from incidents.timeline import EntryKind
from sandbox import Channel, Message
from sandbox.pagerduty import PagerDutySandbox
from tests.acceptance.conftest import OpenTown
from tests.acceptance.town import COMMON, Town
from tests.fake_clock import FakeClock

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
        return await open_town(**{"extra": keys(pagerduty), **choices})

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


def keys(pagerduty: PagerDutySandbox) -> dict[str, str]:
    return {
        "PAGERDUTY_ROUTING_KEY": pagerduty.routing_key,
        "PAGERDUTY_API_KEY": pagerduty.api_key,
        "PAGERDUTY_EVENTS_URL": pagerduty.url,
        "PAGERDUTY_API_URL": pagerduty.url,
    }


def key(town: Town, incident: str) -> str:
    return f"cordon:{town.sandbox.workspace.team_id}:{incident}"


async def kinds(town: Town, incident_id: int = 1) -> list[EntryKind]:
    """What the timeline says of paging, in order."""
    read = town.cordon.parts.database.read
    entries = await read(lambda work: work.timeline.entries(incident_id, limit=100))
    return [entry.kind for entry in sorted(entries, key=lambda one: one.seq) if "page" in entry.kind]


def card(town: Town, channel: Channel) -> Message:
    return next(one for one in town.messages(channel) if re.search(r"\*SEV\d · INC-1", one.words))


def the_channel(town: Town) -> Channel | None:
    channels = town.sandbox.workspace.channels.values()
    return next((one for one in channels if one.name.startswith("inc-1-")), None)


async def until_card(town: Town, channel: Channel, words: str) -> None:
    await town.sandbox.until(lambda: words in card(town, channel).words)
    await town.sandbox.until(lambda: words in town.message(COMMON, "INC-1").words)


def calls_for_help(town: Town, where: Channel | str) -> list[str]:
    return [
        message.words for message in town.messages(where) if CALL in message.words and "📵" in message.words
    ]
