"""The door: tokens, scopes, arguments; and the smaller families of methods."""

from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import Sandbox

Refused = Callable[[Awaitable[object]], Awaitable[str]]


async def test_tokens(sandbox: Sandbox, session: aiohttp.ClientSession, refused: Refused) -> None:
    def client(token: str | None) -> AsyncWebClient:
        return AsyncWebClient(token=token, base_url=sandbox.api_url, session=session)

    assert await refused(client("xoxb-wrong").auth_test()) == "invalid_auth"
    assert await refused(client(None).auth_test()) == "not_authed"
    assert await refused(client(sandbox.app_token).auth_test()) == "not_allowed_token_type"
    wrong = client(None).apps_connections_open(app_token=sandbox.bot_token)
    assert await refused(wrong) == "not_allowed_token_type"
    assert (await client(None).api_test())["ok"]


async def test_auth_test_tells_who_and_the_scopes(sandbox: Sandbox, slack: AsyncWebClient) -> None:
    answer = await slack.auth_test()
    assert (answer["user_id"], answer["bot_id"]) == (sandbox.workspace.bot_user_id, sandbox.workspace.bot_id)
    assert "chat:write" in answer.headers["X-OAuth-Scopes"].split(",")


async def test_unknown_methods_and_arguments_are_refused(slack: AsyncWebClient, room: str) -> None:
    with pytest.raises(SlackApiError, match="unknown_method"):
        await slack.api_call("files.upload")
    for arguments in ({"color": "red"}, {"text": 5}, {"blocks": "nonsense"}, {"unfurl_links": "maybe"}):
        with pytest.raises(SlackApiError) as caught:
            await slack.api_call("chat.postMessage", json={"channel": room, "text": "x", **arguments})
        assert caught.value.response["error"] == "invalid_arguments"
        assert next(iter(arguments)) in caught.value.response["response_metadata"]["messages"][0]
    with pytest.raises(SlackApiError, match="missing required field: channel"):
        await slack.api_call("chat.postMessage", json={"text": "x"})


async def test_another_workspace_is_not_found(
    sandbox: Sandbox, slack: AsyncWebClient, refused: Refused
) -> None:
    assert (await slack.users_list(team_id=sandbox.workspace.team_id))["ok"]
    assert await refused(slack.users_list(team_id="T000")) == "team_not_found"


async def test_nested_arguments_may_come_as_json_in_a_form(
    sandbox: Sandbox, session: aiohttp.ClientSession, room: str
) -> None:
    form = {"token": sandbox.bot_token, "channel": room, "blocks": '[{"type":"divider"}]'}
    async with session.post(f"{sandbox.api_url}chat.postMessage", data=form) as answer:
        assert (await answer.json())["ok"] is True
    assert sandbox.calls[-1].arguments == {"channel": room, "blocks": '[{"type":"divider"}]'}


async def test_a_scope_not_granted_is_named(manifest: dict[str, Any], session: aiohttp.ClientSession) -> None:
    manifest["oauth_config"]["scopes"]["bot"].remove("groups:write")
    manifest["oauth_config"]["scopes"]["bot"].remove("pins:write")
    sandbox = Sandbox(manifest=manifest)
    await sandbox.start()
    slack = AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url, session=session)
    for call, needed in (
        (slack.conversations_create(name="x", is_private=True), "groups:write"),
        (slack.pins_add(channel="C1", timestamp="1.0"), "pins:write"),
    ):
        with pytest.raises(SlackApiError) as caught:
            await call
        assert (caught.value.response["error"], caught.value.response["needed"]) == ("missing_scope", needed)
        assert "chat:write" in caught.value.response["provided"]
    await slack.conversations_create(name="x")
    await sandbox.stop()


@pytest.mark.parametrize(
    ("event", "scope"), [("message.channels", "channels:history"), ("reaction_added", "reactions:read")]
)
def test_a_manifest_that_asks_for_events_without_the_scope_is_refused(
    manifest: dict[str, Any], event: str, scope: str
) -> None:
    manifest["settings"]["event_subscriptions"]["bot_events"] = [event]
    manifest["oauth_config"]["scopes"]["bot"].remove(scope)
    with pytest.raises(ValueError, match=scope):
        Sandbox(manifest=manifest)


async def test_messages_are_edited_and_deleted_by_their_author_only(
    sandbox: Sandbox, slack: AsyncWebClient, room: str, refused: Refused
) -> None:
    hers = await sandbox.person("ann").say("#safety-incidents", "mine")
    assert await refused(slack.chat_update(channel=room, ts=hers, text="x")) == "cant_update_message"
    assert await refused(slack.chat_delete(channel=room, ts=hers)) == "cant_delete_message"
    ours = (await slack.chat_postMessage(channel=room, text="a", blocks=[{"type": "divider"}]))["ts"]
    await slack.chat_update(channel=room, ts=ours, text="b")
    message = sandbox.person("ann").sees(room)[-1]
    assert (message.text, len(message.blocks), message.edited is not None) == ("b", 1, True)
    await slack.chat_update(channel=room, ts=ours, text="c", blocks=[])
    assert sandbox.person("ann").sees(room)[-1].blocks == []
    await slack.chat_delete(channel=room, ts=ours)
    assert await refused(slack.chat_update(channel=room, ts=ours, text="x")) == "message_not_found"


async def test_an_ephemeral_message_is_for_one_member(
    sandbox: Sandbox, slack: AsyncWebClient, room: str, refused: Refused
) -> None:
    ann, bob, eli = (sandbox.person(name) for name in ("ann", "bob", "eli"))
    await slack.chat_postEphemeral(channel=room, user=ann.id, text="only you")
    assert [one.text for one in ann.sees(room)] == ["only you"]
    assert bob.sees(room) == []
    assert (await slack.conversations_history(channel=room))["messages"] == []
    assert (
        await refused(slack.chat_postEphemeral(channel=room, user=eli.id, text="x")) == "user_not_in_channel"
    )


async def test_pins_reactions_and_bookmarks(slack: AsyncWebClient, room: str, refused: Refused) -> None:
    ts = (await slack.chat_postMessage(channel=room, text="card"))["ts"]
    await slack.pins_add(channel=room, timestamp=ts)
    assert await refused(slack.pins_add(channel=room, timestamp=ts)) == "already_pinned"
    assert (await slack.pins_list(channel=room))["items"][0]["message"]["ts"] == ts
    await slack.pins_remove(channel=room, timestamp=ts)
    assert await refused(slack.pins_remove(channel=room, timestamp=ts)) == "no_pin"
    await slack.reactions_add(channel=room, timestamp=ts, name="eyes")
    assert await refused(slack.reactions_add(channel=room, timestamp=ts, name="eyes")) == "already_reacted"
    assert (await slack.reactions_get(channel=room, timestamp=ts))["message"]["reactions"][0]["count"] == 1
    link = {"channel_id": room, "title": "Dashboard", "type": "link", "link": "https://example.com/d"}
    mark = (await slack.bookmarks_add(**link))["bookmark"]["id"]
    assert await refused(slack.bookmarks_add(**{**link, "link": "javascript:alert(1)"})) == "invalid_link"
    await slack.bookmarks_edit(bookmark_id=mark, channel_id=room, title="Graphs")
    assert (await slack.bookmarks_list(channel_id=room))["bookmarks"][0]["title"] == "Graphs"
    await slack.bookmarks_remove(bookmark_id=mark, channel_id=room)
    assert (await slack.bookmarks_list(channel_id=room))["bookmarks"] == []


async def test_people_and_groups(sandbox: Sandbox, slack: AsyncWebClient, refused: Refused) -> None:
    ann = sandbox.person("ann")
    described = (await slack.users_info(user=ann.id))["user"]
    assert (described["real_name"], described["tz"]) == ("Ann Ruiz", "Europe/Madrid")
    assert (await slack.users_lookupByEmail(email="ann@example.com"))["user"]["id"] == ann.id
    assert await refused(slack.users_lookupByEmail(email="fay@example.com")) == "users_not_found"
    everyone = [one async for some in await slack.users_list(limit=3) for one in some["members"]]
    assert len(everyone) == 7
    groups = (await slack.usergroups_list(include_count=True, include_users=True))["usergroups"]
    oncall = next(one for one in groups if one["handle"] == "oncall")
    assert oncall["user_count"] == 2
    assert (await slack.usergroups_users_list(usergroup=oncall["id"]))["users"] == oncall["users"]
    assert await refused(slack.usergroups_users_list(usergroup="S0")) == "no_such_subteam"


async def test_permalinks(slack: AsyncWebClient, room: str) -> None:
    ts = (await slack.chat_postMessage(channel=room, text="x"))["ts"]
    link = (await slack.chat_getPermalink(channel=room, message_ts=ts))["permalink"]
    assert link.endswith(f"/archives/{room}/p{ts.replace('.', '')}")
