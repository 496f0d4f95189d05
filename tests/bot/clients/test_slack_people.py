import asyncio
from datetime import timedelta

import pytest

from bot.clients.slack import SlackWorkspace
from incidents.errors import OutsideError, TemporaryError
from tests.bot.clients.conftest import Desk, HurriedClock

ASKED = ("usergroups.list", "usergroups.users.list", "users.lookupByEmail")


def _group(desk: Desk, handle: str) -> str:
    return next(one.id for one in desk.sandbox.workspace.usergroups.values() if one.handle == handle)


async def test_everything_that_an_organisation_writes_becomes_people(
    desk: Desk, slack: SlackWorkspace
) -> None:
    ann, bob, cyd, dee = (desk.id(name) for name in ("ann", "bob", "cyd", "dee"))
    assert await slack.people([ann]) == ([ann], [])
    assert await slack.people(["@oncall"]) == ([bob, cyd], [])
    assert await slack.people([_group(desk, "safety")]) == ([cyd, dee], [])
    assert await slack.people(["dee@example.com"]) == ([dee], [])
    assert await slack.people([]) == ([], [])


async def test_nobody_is_named_twice_and_the_order_is_kept(desk: Desk, slack: SlackWorkspace) -> None:
    bob, cyd, dee = (desk.id(name) for name in ("bob", "cyd", "dee"))
    references = [cyd, "@oncall", "@safety", "bob@example.com", cyd]
    assert await slack.people(references) == ([cyd, bob, dee], [])


async def test_what_nobody_is_found_for_is_named(desk: Desk, slack: SlackWorkspace) -> None:
    unknown = ["@nogroup", "S0NOGROUP", "nobody@example.com", "fay@example.com"]
    ann = desk.id("ann")
    assert await slack.people(["@nogroup", ann, *unknown]) == ([ann], unknown)


async def test_a_group_that_has_nobody_is_found_and_empty(desk: Desk, slack: SlackWorkspace) -> None:
    desk.sandbox.workspace.usergroups[_group(desk, "leads")].users.clear()
    assert await slack.people(["@leads"]) == ([], [])


async def test_an_id_is_taken_as_it_is(desk: Desk, slack: SlackWorkspace) -> None:
    assert await slack.people(["U0123456", "W0123456"]) == (["U0123456", "W0123456"], [])
    assert [desk.asked(method) for method in ASKED] == [0, 0, 0]


async def test_an_address_may_begin_as_an_id_does(desk: Desk, slack: SlackWorkspace) -> None:
    desk.sandbox.workspace.user("ann").email = "Ursula@example.com"
    assert await slack.people(["Ursula@example.com"]) == ([desk.id("ann")], [])


async def test_people_are_remembered_for_five_minutes(
    desk: Desk, slack: SlackWorkspace, clock: HurriedClock
) -> None:
    references = ["@oncall", "ann@example.com", "nobody@example.com"]
    first = await slack.people(references)
    await clock.sleep(timedelta(minutes=5).total_seconds() - 1)
    assert await slack.people(references) == first
    assert [desk.asked(method) for method in ASKED] == [1, 1, 2]
    desk.sandbox.workspace.usergroups[_group(desk, "oncall")].users.append(desk.id("dee"))
    await clock.sleep(1)
    users, _ = await slack.people(references)
    assert desk.id("dee") in users
    assert [desk.asked(method) for method in ASKED] == [2, 2, 4]


@pytest.mark.parametrize("code", ["missing_scope", "invalid_auth"])
async def test_a_refusal_is_not_taken_for_nobody_and_not_remembered(
    desk: Desk, slack: SlackWorkspace, code: str
) -> None:
    desk.sandbox.faults.add(method="usergroups.list", kind="error", code=code)
    with pytest.raises(OutsideError, match=code):
        await slack.people(["@oncall"])
    users, missing = await slack.people(["@oncall"])
    assert (len(users), missing) == (2, [])


async def test_one_that_cannot_be_asked_for_spoils_no_other_call(desk: Desk, slack: SlackWorkspace) -> None:
    desk.sandbox.faults.add(method="users.lookupByEmail", kind="http_500", times=4)
    with pytest.raises(TemporaryError):
        await slack.people(["ann@example.com", "@oncall"])
    both = await asyncio.gather(slack.people(["ann@example.com"]), slack.people(["@oncall"]))
    assert [len(users) for users, _ in both] == [1, 2]
