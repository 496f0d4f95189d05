from bot.clients.slack import SlackWorkspace
from incidents.ports import Account
from tests.bot.clients.conftest import Desk, HurriedClock


async def test_accounts_are_told_apart_and_remembered(
    desk: Desk, slack: SlackWorkspace, clock: HurriedClock
) -> None:
    ann, eli, fay = desk.id("ann"), desk.id("eli"), desk.id("fay")
    assert await slack.account(ann) == Account()
    assert await slack.account(eli) == Account(is_guest=True)
    assert await slack.account(fay) == Account(is_deactivated=True)
    await slack.account(ann)
    assert desk.asked("users.info") == 3, "asked once each"
    await clock.sleep(1801)
    await slack.account(ann)
    assert desk.asked("users.info") == 4


async def test_who_is_not_known_is_nobody(slack: SlackWorkspace) -> None:
    assert await slack.account("U0GONE") == Account(is_deactivated=True)


async def test_everybody_is_known_after_they_were_met(desk: Desk, slack: SlackWorkspace) -> None:
    await slack.meet()
    assert (await slack.account(desk.id("eli"))).is_guest
    assert desk.asked("users.info") == 0


async def test_membership_is_asked_anew_each_time(desk: Desk, slack: SlackWorkspace) -> None:
    channel = await slack.create_channel("inc-7-private", private=True)
    assert not await slack.is_member(channel.id, desk.id("bob"))
    await slack.invite(channel.id, [desk.id("bob")])
    assert await slack.is_member(channel.id, desk.id("bob"))


async def test_a_channel_is_archived_and_comes_back_however_often_it_is_asked(
    desk: Desk, slack: SlackWorkspace
) -> None:
    channel = await slack.create_channel("inc-8-over", private=False)
    await slack.archive(channel.id)
    await slack.archive(channel.id)
    assert desk.sandbox.workspace.channel(channel.id).is_archived
    await slack.unarchive(channel.id)
    await slack.unarchive(channel.id)
    assert not desk.sandbox.workspace.channel(channel.id).is_archived
