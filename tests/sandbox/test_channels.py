"""Channels: who may touch which, names that are taken, invitations, history."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import NotPossibleError, NotVisibleError, Sandbox

Refused = Callable[[Awaitable[object]], Awaitable[str]]


async def test_a_new_channel_has_only_the_bot_and_a_name_taken_stays_taken_when_archived(
    sandbox: Sandbox, slack: AsyncWebClient, refused: Refused
) -> None:
    made = (await slack.conversations_create(name="inc-1-leak"))["channel"]
    assert (await slack.conversations_members(channel=made["id"]))["members"] == [
        sandbox.workspace.bot_user_id
    ]
    await slack.conversations_archive(channel=made["id"])
    assert await refused(slack.conversations_archive(channel=made["id"])) == "already_archived"
    assert await refused(slack.conversations_create(name="inc-1-leak")) == "name_taken"
    assert await refused(slack.chat_postMessage(channel=made["id"], text="x")) == "is_archived"
    assert (await slack.conversations_history(channel=made["id"]))["messages"] == []
    await slack.conversations_unarchive(channel=made["id"])
    renamed = await slack.conversations_rename(channel=made["id"], name="inc-1-found")
    assert renamed["channel"]["name"] == "inc-1-found"


async def test_a_private_channel_is_seen_by_its_members_only(sandbox: Sandbox, slack: AsyncWebClient) -> None:
    made = (await slack.conversations_create(name="inc-2-secret", is_private=True))["channel"]
    ann, bob = sandbox.person("ann"), sandbox.person("bob")
    await slack.conversations_invite(channel=made["id"], users=[ann.id])
    await slack.chat_postMessage(channel=made["id"], text="hush")
    assert [one.text for one in ann.sees("#inc-2-secret")] == ["hush"]
    with pytest.raises(NotVisibleError):
        bob.sees("#inc-2-secret")
    assert "inc-2-secret" not in [one.name for one in bob.channels()]
    with pytest.raises(NotVisibleError):
        await bob.join("#inc-2-secret")


async def test_the_app_does_not_know_private_channels_that_it_is_not_in(
    sandbox: Sandbox, slack: AsyncWebClient, refused: Refused
) -> None:
    hidden = await sandbox.person("ann").create_channel("boardroom", private=True, people=["dee"])
    for call in (
        slack.conversations_info(channel=hidden.id),
        slack.conversations_history(channel=hidden.id),
        slack.chat_postMessage(channel=hidden.id, text="x"),
        slack.conversations_join(channel=hidden.id),
        slack.conversations_members(channel=hidden.id),
    ):
        assert await refused(call) == "channel_not_found"
    listed = await slack.conversations_list(types="public_channel,private_channel")
    assert hidden.id not in [one["id"] for one in listed["channels"]]
    theirs = await slack.users_conversations(user=sandbox.person("dee").id, types=["private_channel"])
    assert theirs["channels"] == []
    assert await refused(slack.conversations_create(name="boardroom")) == "name_taken"


async def test_where_the_bot_is_not_a_member_it_is_told_so_until_it_joins(
    sandbox: Sandbox, slack: AsyncWebClient, refused: Refused
) -> None:
    lobby = await sandbox.person("ann").create_channel("lobby")
    ann = sandbox.person("ann").id
    for call in (
        slack.chat_postMessage(channel=lobby.id, text="x"),
        slack.chat_postEphemeral(channel=lobby.id, user=ann, text="x"),
        slack.conversations_history(channel=lobby.id),
        slack.conversations_invite(channel=lobby.id, users=ann),
        slack.conversations_setTopic(channel=lobby.id, topic="x"),
    ):
        assert await refused(call) == "not_in_channel"
    await slack.conversations_join(channel=lobby.id)
    assert (await slack.conversations_join(channel=lobby.id))["warning"] == "already_in_channel"
    await slack.chat_postMessage(channel="#lobby", text="by name")
    await slack.conversations_leave(channel=lobby.id)
    assert (await slack.conversations_leave(channel=lobby.id))["not_in_channel"] is True


@pytest.mark.parametrize(
    ("name", "code"),
    [("eli", "user_is_restricted"), ("fay", "cant_invite"), ("cordon", "cant_invite_self"), ("dee", None)],
)
async def test_who_can_be_invited(
    sandbox: Sandbox, slack: AsyncWebClient, refused: Refused, name: str, code: str | None
) -> None:
    made = (await slack.conversations_create(name="inc-3"))["channel"]["id"]
    call = slack.conversations_invite(channel=made, users=[sandbox.workspace.user(name).id])
    if code is None:
        await call
    else:
        assert await refused(call) == code


async def test_a_bad_id_loses_the_good_ones_unless_forced(sandbox: Sandbox, slack: AsyncWebClient) -> None:
    made = (await slack.conversations_create(name="inc-4"))["channel"]["id"]
    ann, fay = sandbox.person("ann").id, sandbox.workspace.user("fay").id
    with pytest.raises(SlackApiError) as caught:
        await slack.conversations_invite(channel=made, users=[ann, fay, "U000"])
    assert [one["error"] for one in caught.value.response["errors"]] == ["cant_invite", "user_not_found"]
    assert ann not in sandbox.workspace.channels[made].members
    with pytest.raises(SlackApiError) as caught:
        await slack.conversations_invite(channel=made, users=[ann, fay, "U000"], force=True)
    assert ann in sandbox.workspace.channels[made].members
    with pytest.raises(SlackApiError) as caught:
        await slack.conversations_invite(channel=made, users=[ann])
    assert caught.value.response["error"] == "already_in_channel"


async def test_an_invitation_takes_a_hundred_at_most(
    slack: AsyncWebClient, refused: Refused, room: str
) -> None:
    many = [f"U{number}" for number in range(101)]
    assert await refused(slack.conversations_invite(channel=room, users=many)) == "too_many_users"
    assert await refused(slack.conversations_invite(channel=room, users=[])) == "no_user"


async def test_history_is_newest_first_paged_and_bounded(slack: AsyncWebClient, room: str) -> None:
    metadata = {"event_type": "mark", "event_payload": {"n": 1}}
    ts = [
        (await slack.chat_postMessage(channel=room, text=str(number), metadata=metadata))["ts"]
        for number in range(5)
    ]
    assert ts == sorted(set(ts))
    first = await slack.conversations_history(channel=room, limit=2)
    assert [one["text"] for one in first["messages"]] == ["4", "3"]
    assert "metadata" not in first["messages"][0]
    cursor = first["response_metadata"]["next_cursor"]
    second = await slack.conversations_history(
        channel=room, limit=2, cursor=cursor, include_all_metadata=True
    )
    assert [one["text"] for one in second["messages"]] == ["2", "1"]
    assert second["messages"][0]["metadata"] == metadata
    after = await slack.conversations_history(channel=room, oldest=ts[1], latest=ts[3])
    assert [one["text"] for one in after["messages"]] == ["2"]
    around = await slack.conversations_history(channel=room, oldest=ts[1], latest=ts[3], inclusive=True)
    assert [one["text"] for one in around["messages"]] == ["3", "2", "1"]


async def test_a_guest_sees_only_their_channels(sandbox: Sandbox) -> None:
    eli = sandbox.person("eli")
    assert [one.name for one in eli.channels()] == ["general"]
    with pytest.raises(NotVisibleError):
        eli.sees("#safety-incidents")
    with pytest.raises(NotPossibleError):
        await eli.slash("#general", "/nothing")


async def test_people_are_taken_out_and_the_general_channel_keeps_its_own(
    sandbox: Sandbox, slack: AsyncWebClient, room: str, refused: Refused
) -> None:
    bob, general = sandbox.person("bob").id, sandbox.workspace.channel("#general").id
    await slack.conversations_kick(channel=room, user=bob)
    assert bob not in sandbox.workspace.channels[room].members
    assert await refused(slack.conversations_kick(channel=room, user=bob)) == "not_in_channel"
    assert await refused(slack.conversations_kick(channel=room, user="U0")) == "user_not_found"
    bot = sandbox.workspace.bot_user_id
    assert await refused(slack.conversations_kick(channel=room, user=bot)) == "cant_kick_self"
    assert await refused(slack.conversations_kick(channel=general, user=bob)) == "cant_kick_from_general"
    assert await refused(slack.conversations_leave(channel=general)) == "cant_leave_general"
    assert await refused(slack.conversations_archive(channel=general)) == "cant_archive_general"
    assert await refused(slack.conversations_unarchive(channel=general)) == "not_archived"


async def test_a_thread_stands_beside_the_history(
    sandbox: Sandbox, slack: AsyncWebClient, room: str, refused: Refused
) -> None:
    first = (await slack.chat_postMessage(channel=room, text="first"))["ts"]
    await slack.chat_postMessage(channel=room, text="reply", thread_ts=first)
    await sandbox.person("ann").say(room, "another", thread_ts=first)
    history = (await slack.conversations_history(channel=room))["messages"]
    assert [one["text"] for one in history] == ["first"]
    thread = (await slack.conversations_replies(channel=room, ts=first, limit=2))["messages"]
    assert [one["text"] for one in thread] == ["first", "reply"]
    lost = slack.chat_postMessage(channel=room, text="x", thread_ts="1.000000")
    assert await refused(lost) == "thread_not_found"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"limit": 1000}, "invalid_limit"),
        ({"limit": -1}, "invalid_limit"),
        ({"cursor": "never given"}, "invalid_cursor"),
        ({"oldest": "yesterday"}, "invalid_ts_oldest"),
        ({"latest": "now"}, "invalid_ts_latest"),
    ],
)
async def test_history_refuses_what_it_can_not_read(
    slack: AsyncWebClient, room: str, refused: Refused, arguments: dict[str, Any], code: str
) -> None:
    assert await refused(slack.conversations_history(channel=room, **arguments)) == code


async def test_a_direct_conversation_is_opened_once(
    sandbox: Sandbox, slack: AsyncWebClient, refused: Refused
) -> None:
    ann = sandbox.person("ann")
    first = (await slack.conversations_open(users=ann.id))["channel"]["id"]
    assert (await slack.conversations_open(users=[ann.id]))["channel"]["id"] == first
    assert (await slack.chat_postMessage(channel=ann.id, text="psst"))["channel"] == first
    assert ann.sees(first)[-1].text == "psst"
    assert await refused(slack.conversations_open(users=sandbox.workspace.user("fay").id)) == "user_disabled"
