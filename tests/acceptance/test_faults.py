"""What Slack refuses, delays or loses during a declaration: the same picture in the end."""

from datetime import timedelta
from typing import Any

import pytest

from sandbox import Channel
from tests.acceptance.conftest import OpenTown
from tests.acceptance.picture import picture
from tests.acceptance.town import COMMON, Town
from tests.fake_clock import FakeClock

EFFECTS = [
    ("conversations.create", 1),
    ("chat.postMessage", 1),
    ("chat.postMessage", 2),
    ("chat.postMessage", 6),
    ("pins.add", 1),
    ("bookmarks.add", 1),
    ("bookmarks.add", 2),
    ("conversations.invite", 1),
    ("conversations.setTopic", 1),
    ("chat.postEphemeral", 1),
    ("usergroups.list", 1),
]


@pytest.fixture
async def slow_town(open_town: OpenTown) -> tuple[Town, FakeClock]:
    """A town whose time the test moves, and whose bot may be started anew."""
    clock = FakeClock()
    town = await open_town(clock=clock, call_timeout=0.4)  # a call that hangs does so for real

    async def settled() -> None:
        await town.cordon.idle()

    clock.settle_with(settled)
    return town, clock


async def declared(town: Town, clock: FakeClock, number: int) -> Channel:
    """Declare, and let time pass until all must have been tried again."""
    await town.person("ann").slash(COMMON, "/incident declare sev1 Agent leaks customer data")
    await clock.advance(timedelta(seconds=91))  # no timer is due at a multiple of it
    [channel] = [c for c in town.sandbox.workspace.channels.values() if c.name.startswith(f"inc-{number}-")]
    return channel


@pytest.mark.parametrize("kind", ["rate_limited", "http_500", "lost_answer", "hang"])
async def test_trouble_with_any_call_of_a_declaration_changes_nothing_in_the_end(
    slow_town: tuple[Town, FakeClock],
    kind: Any,  # noqa: ANN401 - one of the sandbox's own words
) -> None:
    town, clock = slow_town
    undisturbed = picture(town, await declared(town, clock, 1))
    for number, (method, nth) in enumerate(EFFECTS, start=2):
        await town.restart()
        fault = town.sandbox.faults.add(method=method, nth=nth, kind=kind, effect=bool(number % 2))
        channel = await declared(town, clock, number)
        assert fault.spent
        assert picture(town, channel) == undisturbed, f"{kind} at {method} number {nth}"
