"""What Slack refuses, delays or loses during a declaration: the same picture in the end."""

from datetime import timedelta
from typing import Any

import pytest

from sandbox import Channel
from tests.acceptance.conftest import OpenTown
from tests.acceptance.picture import picture
from tests.acceptance.town import COMMON, Town
from tests.fake_clock import FakeClock

GROUPS = [
    [("conversations.create", 1)],
    [
        ("chat.postMessage", 1),
        ("chat.postMessage", 2),
        ("chat.postMessage", 6),
        ("conversations.invite", 1),
        ("conversations.setTopic", 1),
    ],
    [
        ("pins.add", 1),
        ("bookmarks.add", 1),
        ("bookmarks.add", 2),
        ("chat.postEphemeral", 1),
        ("usergroups.list", 1),
    ],
]
"""Calls that meet trouble in the same attempt at opening a channel: "the n-th of this method"."""


@pytest.fixture
async def slow_town(open_town: OpenTown) -> tuple[Town, FakeClock]:
    """A town whose time the test moves, and whose bot may be started anew."""
    clock = FakeClock(lets_work_end=True)
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


async def at_work(town: Town, number: int) -> bool:
    """Whether an incident's channel is still being opened."""
    database = town.cordon.parts.database
    return bool(await database.read(lambda work: work.jobs.pending(number, "open_channel")))


def card(town: Town, channel: Channel) -> str:
    """What the pinned card says."""
    [ts] = channel.pins
    return town.sandbox.workspace.channel(channel.id).messages[ts].words


@pytest.mark.parametrize(
    ("kind", "groups"),
    [
        ("lost_answer", [[one] for group in GROUPS for one in group]),
        *((kind, GROUPS) for kind in ("rate_limited", "http_500", "hang")),
    ],
    ids=["lost_answer", "rate_limited", "http_500", "hang"],
)
async def test_trouble_with_any_call_of_a_declaration_changes_nothing_in_the_end(
    slow_town: tuple[Town, FakeClock],
    kind: Any,  # noqa: ANN401 - one of the sandbox's own words
    groups: list[list[tuple[str, int]]],
) -> None:
    town, clock = slow_town
    undisturbed = picture(town, await declared(town, clock, 1))
    for number, group in enumerate(groups, start=2):
        await town.restart()
        faults = [
            town.sandbox.faults.add(method=method, nth=nth, kind=kind, effect=bool(number % 2))
            for method, nth in group
        ]
        channel = await declared(town, clock, number)
        while await at_work(town, number):  # a call that hangs took more than its share of the time
            await clock.advance(timedelta(seconds=7))
        assert all(fault.spent for fault in faults)
        assert picture(town, channel) == undisturbed, f"{kind} at {group}"


async def test_a_step_that_slack_forbids_stops_no_other_and_is_told_until_it_is_mended(
    slow_town: tuple[Town, FakeClock],
) -> None:
    town, clock = slow_town
    town.sandbox.faults.add(method="bookmarks.add", kind="error", code="missing_scope", times=1000)
    channel = await declared(town, clock, 1)

    drawn = picture(town, channel)
    assert len(drawn["phases"]) == 6
    assert drawn["topic"]
    assert drawn["pinned"]
    assert {"ann", "bob", "cyd"} <= set(drawn["members"])
    assert "Not done yet: bookmarks" in town.message(COMMON, "INC-1").words
    assert "missing_scope" in card(town, channel)
    said = [
        one for one in town.messages(channel) if "Not done yet" in one.words and one.ts not in channel.pins
    ]
    assert len(said) == 1, "the channel hears of it once, however often it is tried"

    town.sandbox.faults.clear()
    await clock.advance(timedelta(seconds=91))
    assert len(channel.bookmarks) == 2
    assert "Not done yet" not in town.message(COMMON, "INC-1").words + card(town, channel)


async def test_people_who_can_not_be_invited_are_named_and_the_rest_is_done(
    slow_town: tuple[Town, FakeClock],
) -> None:
    town, clock = slow_town
    town.sandbox.faults.add(method="conversations.invite", kind="error", code="user_not_found", times=1000)
    channel = await declared(town, clock, 1)
    bob = town.person("bob")
    assert f"Could not invite <@{town.person('ann').id}>, <@{bob.id}>" in card(town, channel)
    assert len([one for one in town.messages(channel) if "Could not invite" in one.words]) == 2, (
        "the card and one message"
    )
    assert len(picture(town, channel)["phases"]) == 6


async def test_an_incident_is_announced_as_soon_as_the_bot_is_let_into_the_common_channel(
    slow_town: tuple[Town, FakeClock],
) -> None:
    town, clock = slow_town
    members = town.sandbox.workspace.channel(COMMON).members
    members.remove(town.sandbox.workspace.bot_user_id)
    await town.restart()  # what is known of channels is forgotten
    channel = await declared(town, clock, 1)
    assert "I am not in #safety-incidents" in card(town, channel)
    assert not town.messages(COMMON)

    members.append(town.sandbox.workspace.bot_user_id)
    await clock.advance(timedelta(seconds=91))
    assert "INC-1" in town.message(COMMON, "INC-1").words
    assert "I am not in" not in card(town, channel)
    assert len(channel.bookmarks) == 2


async def test_a_press_on_a_message_whose_posting_is_in_doubt_is_shown(
    slow_town: tuple[Town, FakeClock],
) -> None:
    town, clock = slow_town
    text = "INC-1 checklist 1 of 6: Contain, 0 of 4 done"
    town.sandbox.faults.add(method="chat.postMessage", kind="lost_answer", where={"text": text})
    await town.person("ann").slash(COMMON, "/incident declare sev1 Agent leaks customer data")
    channel = await town.sandbox.until(
        lambda: town.sandbox.workspace.named("inc-1-agent-leaks-customer-data")
    )
    message = await town.until_message(channel, "*1 · Contain*")
    await town.cordon.journal.idle()  # the first attempt has failed; time stands still before the second
    await town.person("ann").click(message, "checklist.move", block_id=message.blocks[1]["block_id"])
    await clock.advance(timedelta(seconds=91))
    assert "1/4" in town.message(channel, "*1 · Contain*").words


async def test_bookmarks_wait_until_it_is_known_where_links_lead(slow_town: tuple[Town, FakeClock]) -> None:
    town, clock = slow_town
    town.sandbox.faults.add(method="bookmarks.add", kind="error", code="internal_error", times=2)
    await town.person("ann").slash(COMMON, "/incident declare sev1 Agent leaks customer data")
    channel = await town.sandbox.until(
        lambda: town.sandbox.workspace.named("inc-1-agent-leaks-customer-data")
    )
    await town.cordon.idle()
    await town.stop_bot()
    assert not channel.bookmarks
    held = town.sandbox.faults.add(method="auth.test", kind="hold_before")
    await town.start_bot()
    await held.hit.wait()
    await clock.advance(timedelta(seconds=91))
    held.release()
    assert [one.title for one in channel.bookmarks.values()] == ["All incidents", "Card"]
