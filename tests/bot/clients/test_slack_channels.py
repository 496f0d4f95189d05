from datetime import timedelta

import pytest

from bot.clients.slack import SlackWorkspace
from incidents.errors import PermanentError
from incidents.ports import Channel
from sandbox.workspace import Channel as Shown
from sandbox.workspace import User
from tests.bot.clients.conftest import Desk, HurriedClock

HOUR = timedelta(hours=1)


def _fill(desk: Desk, count: int) -> None:
    """So many more channels that the bot is in."""
    there = desk.sandbox.workspace
    for number in range(count):
        made = Shown(
            f"CFILL{number}", f"fill-{number}", creator=there.bot_user_id, members=[there.bot_user_id]
        )
        there.channels[made.id] = made


def _crowd(desk: Desk, count: int) -> list[str]:
    """So many more people."""
    people = {
        f"UCROWD{number}": User(f"UCROWD{number}", f"crowd{number}", "Crowd") for number in range(count)
    }
    desk.sandbox.workspace.users.update(people)
    return list(people)


async def test_a_channel_is_made(desk: Desk, slack: SlackWorkspace) -> None:
    public = await slack.create_channel("inc-1-leak", private=False)
    private = await slack.create_channel("inc-2-leak", private=True)
    there = desk.sandbox.workspace
    assert public == Channel(there.channel("#inc-1-leak").id, "inc-1-leak")
    assert [there.channel(one.id).is_private for one in (public, private)] == [False, True]


async def test_a_name_that_is_used_is_refused(slack: SlackWorkspace) -> None:
    await slack.create_channel("inc-1", private=False)
    with pytest.raises(PermanentError) as caught:
        await slack.create_channel("inc-1", private=False)
    assert caught.value.code == "name_taken"


async def test_our_own_channel_is_found_again_by_any_of_its_names(
    desk: Desk, slack: SlackWorkspace, clock: HurriedClock
) -> None:
    made = await slack.create_channel("inc-1-2", private=True)
    _fill(desk, 450)
    desk.sandbox.workspace.channels[made.id] = desk.sandbox.workspace.channels.pop(made.id)
    assert await slack.find_own_channel(["inc-1", "inc-1-2"], created_after=clock.now()) == made
    assert desk.asked("users.conversations") == 3
    assert await slack.find_own_channel(["inc-1"], created_after=clock.now()) is None


async def test_somebody_elses_channel_an_old_one_and_an_archived_one_are_not_ours(
    desk: Desk, slack: SlackWorkspace, clock: HurriedClock
) -> None:
    await desk.sandbox.person("ann").create_channel("inc-1")
    desk.sandbox.workspace.channel("#inc-1").members.append(desk.sandbox.workspace.bot_user_id)
    await slack.create_channel("inc-2", private=False)
    await slack.create_channel("inc-3", private=False)
    desk.sandbox.workspace.channel("#inc-3").is_archived = True
    for name in ("inc-1", "inc-3"):
        assert await slack.find_own_channel([name], created_after=clock.now()) is None
    assert await slack.find_own_channel(["inc-2"], created_after=clock.now() + HOUR) is None
    assert await slack.find_own_channel(["inc-2"], created_after=clock.now()) is not None


async def test_a_channels_id_is_looked_up_once(desk: Desk, slack: SlackWorkspace, room: str) -> None:
    assert await slack.channel_id("#safety-incidents") == room
    assert await slack.channel_id("#general") == desk.id("#general")
    assert desk.asked("users.conversations") == 1


async def test_an_id_is_its_own_and_an_unknown_name_has_none(desk: Desk, slack: SlackWorkspace) -> None:
    assert await slack.channel_id("C0123456") == "C0123456"
    assert desk.asked("users.conversations") == 0
    await desk.sandbox.person("ann").create_channel("elsewhere")
    assert await slack.channel_id("#elsewhere") is None


async def test_a_topic_is_set(desk: Desk, slack: SlackWorkspace, room: str) -> None:
    await slack.set_topic(room, "SEV1 · Investigating")
    assert desk.sandbox.workspace.channel(room).topic == "SEV1 · Investigating"


async def test_bookmarks_are_added_and_listed(slack: SlackWorkspace, room: str) -> None:
    assert await slack.bookmarks(room) == []
    await slack.add_bookmark(room, "Card", "https://example.com/card")
    assert await slack.bookmarks(room) == ["Card"]


async def test_people_are_invited_and_members_and_we_ourselves_are_fine(
    desk: Desk, slack: SlackWorkspace
) -> None:
    channel = await slack.create_channel("inc-1", private=False)
    ann, bob, us = desk.id("ann"), desk.id("bob"), desk.sandbox.workspace.bot_user_id
    assert await slack.invite(channel.id, [ann]) == []
    assert await slack.invite(channel.id, [ann, us, bob, bob]) == []
    assert await slack.invite(channel.id, [ann]) == []
    assert await slack.invite(channel.id, [us]) == []
    assert set(desk.sandbox.workspace.channel(channel.id).members) == {ann, bob, us}


async def test_the_good_ones_come_in_whoever_else_is_named(desk: Desk, slack: SlackWorkspace) -> None:
    channel = await slack.create_channel("inc-1", private=False)
    ann, bob, guest, gone = (desk.id(name) for name in ("ann", "bob", "eli", "fay"))
    await slack.invite(channel.id, [bob])
    failed = await slack.invite(channel.id, [guest, "U0NOBODY", ann, gone, bob])
    assert set(failed) == {guest, "U0NOBODY", gone}
    assert {ann, bob} <= set(desk.sandbox.workspace.channel(channel.id).members)


async def test_a_crowd_is_invited_by_the_hundred_and_a_bad_one_costs_one_call_more(
    desk: Desk, slack: SlackWorkspace
) -> None:
    channel = await slack.create_channel("inc-1", private=False)
    crowd = _crowd(desk, 230)
    assert await slack.invite(channel.id, [*crowd[:50], "U0NOBODY", *crowd[50:]]) == ["U0NOBODY"]
    assert set(crowd) <= set(desk.sandbox.workspace.channel(channel.id).members)
    assert desk.asked("conversations.invite") == 4


async def test_a_refusal_that_names_nobody_is_taken_one_by_one(desk: Desk, slack: SlackWorkspace) -> None:
    channel = await slack.create_channel("inc-1", private=False)
    ann, bob, cyd = (desk.id(name) for name in ("ann", "bob", "cyd"))
    faults = desk.sandbox.faults
    faults.add(method="conversations.invite", kind="error", code="user_not_found")
    faults.add(method="conversations.invite", kind="error", code="user_not_found", where={"users": bob})
    assert await slack.invite(channel.id, [ann, bob, cyd]) == [bob]
    assert {ann, cyd} <= set(desk.sandbox.workspace.channel(channel.id).members)


@pytest.mark.parametrize("code", ["channel_not_found", "not_in_channel", "is_archived", "missing_scope"])
async def test_where_nobody_can_be_invited_that_is_said(desk: Desk, slack: SlackWorkspace, code: str) -> None:
    channel = await slack.create_channel("inc-1", private=False)
    desk.sandbox.faults.add(method="conversations.invite", kind="error", code=code, times=9)
    with pytest.raises(PermanentError) as caught:
        await slack.invite(channel.id, [desk.id("ann"), desk.id("bob")])
    assert caught.value.code == code
    assert desk.asked("conversations.invite") == 1


async def test_nobody_to_invite_is_nothing_to_do(desk: Desk, slack: SlackWorkspace, room: str) -> None:
    assert await slack.invite(room, []) == []
    assert desk.asked("conversations.invite") == 0
