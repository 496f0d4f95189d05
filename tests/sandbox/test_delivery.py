"""What reaches the app over HTTP: signatures, fields, retries, the same bytes again."""

import asyncio
from typing import Any

import aiohttp
from aiohttp import web
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import NotPossibleError, Sandbox

Receiver = Any  # the fixture's class lives in conftest.py


async def test_a_slash_command_is_signed_and_whole(sandbox: Sandbox, receiver: Receiver, room: str) -> None:
    ann = sandbox.person("ann")
    ack = await ann.slash("#safety-incidents", "/incident declare sev1 Foo <!channel> & co")
    got = await receiver.next()
    assert ack.ok
    assert SignatureVerifier(sandbox.signing_secret).is_valid_request(got.body, got.headers)
    assert not SignatureVerifier("other").is_valid_request(got.body, got.headers)
    fields = got.fields
    assert fields["text"] == "declare sev1 Foo &lt;!channel&gt; &amp; co"
    assert (fields["command"], fields["channel_id"], fields["user_id"]) == ("/incident", room, ann.id)
    assert fields["response_url"].startswith(sandbox.url)
    wanted = {"token", "team_id", "team_domain", "channel_name", "user_name", "api_app_id", "trigger_id"}
    assert wanted | {"is_enterprise_install"} <= set(fields)


async def test_names_become_mentions_where_the_manifest_asks_for_it(
    sandbox: Sandbox, receiver: Receiver
) -> None:
    ann, bob = sandbox.person("ann"), sandbox.person("bob")
    await ann.slash("#safety-incidents", "/escaped give @bob #general")
    text = (await receiver.next()).fields["text"]
    general = sandbox.workspace.channel("general").id
    assert text == f"give <@{bob.id}|bob> <#{general}|general>"
    await ann.slash("#safety-incidents", "/incident give @bob")
    assert (await receiver.next()).fields["text"] == "give @bob"


async def test_the_answer_to_a_command_is_shown_to_that_person(sandbox: Sandbox, receiver: Receiver) -> None:
    ann, bob = sandbox.person("ann"), sandbox.person("bob")
    receiver.answer = lambda _: web.Response(text="working on it")
    await ann.slash("#safety-incidents", "/incident list")
    assert [(one.text, one.ephemeral) for one in ann.sees("#safety-incidents")] == [("working on it", True)]
    assert bob.sees("#safety-incidents") == []
    receiver.answer = lambda _: web.json_response({"text": "for all", "response_type": "in_channel"})
    await ann.slash("#safety-incidents", "/incident list")
    assert [one.text for one in bob.sees("#safety-incidents")] == ["for all"]


async def test_a_failure_is_told_to_the_person(sandbox: Sandbox, receiver: Receiver) -> None:
    ann = sandbox.person("ann")
    receiver.answer = lambda _: web.Response(status=500)
    assert (await ann.slash("#safety-incidents", "/incident list")).error == "dispatch_failed"
    receiver.silent = asyncio.Event()
    late = await ann.slash("#safety-incidents", "/incident list")
    assert (late.status, late.error) == (0, "operation_timeout")
    sandbox.request_url = None
    assert (await ann.slash("#safety-incidents", "/incident list")).error == "dispatch_failed"
    errors = [one.text.split("error ")[1] for one in ann.sees("#safety-incidents")]
    assert errors == ["“dispatch_failed”", "“operation_timeout”", "“dispatch_failed”"]


async def test_what_the_client_does_not_let_a_person_do_never_reaches_the_app(
    sandbox: Sandbox, receiver: Receiver
) -> None:
    for name, channel, text in (
        ("ann", "#safety-incidents", "/unheard of"),
        ("fay", "#general", "/incident list"),
    ):
        try:
            await sandbox.person(name).slash(channel, text)
        except (NotPossibleError, LookupError):
            continue
        raise AssertionError(f"{name} could {text} in {channel}")
    assert receiver.all == []


async def test_a_press_carries_what_bolt_and_the_app_need(
    sandbox: Sandbox, receiver: Receiver, slack: AsyncWebClient, room: str
) -> None:
    ann = sandbox.person("ann")
    buttons = [
        {
            "type": "button",
            "text": {"type": "plain_text", "text": one},
            "action_id": f"do.{one}",
            "value": one,
        }
        for one in ("a", "b")
    ]
    ts = (
        await slack.chat_postMessage(
            channel=room, text="x", blocks=[{"type": "actions", "elements": buttons}]
        )
    )["ts"]
    await receiver.next()  # the message's own event
    ack = await ann.click(ann.sees(room)[-1], "do.b")
    payload = (await receiver.next()).payload
    assert ack.ok
    assert payload["type"] == "block_actions"
    assert payload["container"] == {
        "type": "message",
        "message_ts": ts,
        "channel_id": room,
        "is_ephemeral": False,
    }
    assert [one["value"] for one in payload["actions"]] == ["b"]
    assert payload["message"]["ts"] == ts
    assert payload["user"]["id"] == ann.id
    wanted = {"api_app_id", "token", "trigger_id", "team", "enterprise", "channel", "state", "response_url"}
    assert wanted | {"is_enterprise_install"} <= set(payload)


async def test_events_are_sent_for_what_is_subscribed_and_visible(
    sandbox: Sandbox, receiver: Receiver, slack: AsyncWebClient
) -> None:
    ann = sandbox.person("ann")
    hidden = await ann.create_channel("elsewhere")
    await ann.say("#elsewhere", "nobody listens")
    await ann.say("#general", "hello @cordon")
    texts = [(await receiver.next()).payload["event"] for _ in range(2)]
    assert {one["type"] for one in texts} == {"message", "app_mention"}
    assert {one["text"] for one in texts} == {f"hello <@{sandbox.workspace.bot_user_id}>"}
    await slack.conversations_join(channel=hidden.id)
    joined = (await receiver.next()).payload
    assert joined["event"]["type"] == "member_joined_channel"
    assert joined["authorizations"][0]["user_id"] == sandbox.workspace.bot_user_id
    assert {"event_id", "event_time", "team_id", "api_app_id", "token"} <= set(joined)


async def test_an_event_not_acknowledged_is_sent_again_with_the_same_id(
    sandbox: Sandbox, receiver: Receiver
) -> None:
    receiver.answer = lambda _: web.Response(status=503)
    await sandbox.person("ann").say("#general", "hello")
    got = [await receiver.next() for _ in range(4)]
    assert [one.headers.get("X-Slack-Retry-Num") for one in got] == [None, "1", "2", "3"]
    assert {one.headers.get("X-Slack-Retry-Reason") for one in got[1:]} == {"http_error"}
    assert len({one.payload["event_id"] for one in got}) == 1
    verifier = SignatureVerifier(sandbox.signing_secret)
    assert all(verifier.is_valid_request(one.body, one.headers) for one in got)


async def test_the_same_bytes_can_be_sent_again_and_forged_ones_too(
    sandbox: Sandbox, receiver: Receiver
) -> None:
    await sandbox.person("ann").slash("#safety-incidents", "/incident list")
    delivery = sandbox.deliveries[-1]
    ack = await sandbox.redeliver(delivery)
    first, second = await receiver.next(), await receiver.next()
    assert ack.ok
    assert delivery.path == "/slack/events"
    assert first.body == second.body
    assert first.headers["X-Slack-Signature"] == second.headers["X-Slack-Signature"]
    await sandbox.deliver_raw(delivery.headers | {"X-Slack-Signature": "v0=0"}, delivery.body)
    forged = await receiver.next()
    assert not SignatureVerifier(sandbox.signing_secret).is_valid_request(forged.body, forged.headers)


async def test_a_response_url_takes_five_answers(
    sandbox: Sandbox, receiver: Receiver, session: aiohttp.ClientSession
) -> None:
    ann = sandbox.person("ann")
    await ann.slash("#safety-incidents", "/incident list")
    url = (await receiver.next()).fields["response_url"]
    for number in range(5):
        async with session.post(url, json={"text": str(number)}) as answer:
            assert (answer.status, await answer.text()) == (200, "ok")
    async with session.post(url, json={"text": "6"}) as answer:
        assert (answer.status, await answer.text()) == (404, "used_url")
    assert [one.text for one in ann.sees("#safety-incidents")] == list("01234")
    assert all(one.ephemeral for one in ann.sees("#safety-incidents"))


async def test_a_response_url_lives_half_an_hour(
    manifest: dict[str, Any], session: aiohttp.ClientSession
) -> None:
    now = [1_800_000_000.0]
    sandbox = Sandbox(manifest=manifest, clock=lambda: now[0])
    await sandbox.start()
    ann, room = sandbox.person("ann").id, sandbox.workspace.channel("#general").id
    url = sandbox._hub.response_urls.issue("commands", room, ann)
    for minutes, wanted in ((29, (200, "ok")), (2, (404, "expired_url"))):
        now[0] += minutes * 60
        async with session.post(url, json={"text": "x"}) as answer:
            assert (answer.status, await answer.text()) == wanted
    await sandbox.stop()


async def test_a_private_channels_name_is_not_sent_along(sandbox: Sandbox, receiver: Receiver) -> None:
    ann = sandbox.person("ann")
    secret = await ann.create_channel("secret", private=True)
    await ann.slash("#secret", "/incident list")
    fields = (await receiver.next()).fields
    assert (fields["channel_id"], fields["channel_name"]) == (secret.id, "privategroup")


async def test_an_answer_that_slack_could_not_show_is_a_failure(sandbox: Sandbox, receiver: Receiver) -> None:
    ann = sandbox.person("ann")
    for body, error in (
        ({"blocks": [{"type": "no"}]}, "invalid_blocks"),
        ({"colour": "red"}, "invalid_payload"),
    ):
        receiver.answer = lambda _, body=body: web.json_response(body)
        assert (await ann.slash("#general", "/incident list")).error == error


async def test_what_people_type_is_escaped_and_names_become_mentions(sandbox: Sandbox) -> None:
    ann, group = sandbox.person("ann"), next(iter(sandbox.workspace.usergroups.values()))
    await ann.say("#general", "<b> & @bob @oncall @here #safety-incidents me@example.com @nobody")
    bob, room = sandbox.person("bob").id, sandbox.workspace.channel("#safety-incidents").id
    names = f"<@{bob}> <!subteam^{group.id}> <!here> <#{room}>"
    assert ann.sees("#general")[-1].text == f"&lt;b&gt; &amp; {names} me@example.com @nobody"


async def test_a_response_url_replaces_deletes_and_refuses(
    sandbox: Sandbox, receiver: Receiver, session: aiohttp.ClientSession
) -> None:
    ann, channel = sandbox.person("ann"), sandbox.workspace.channel("#safety-incidents")
    button = {"type": "button", "text": {"type": "plain_text", "text": "Go"}, "action_id": "go"}
    answer_with = {"text": "choose", "blocks": [{"type": "actions", "elements": [button]}]}
    receiver.answer = lambda got: web.json_response(answer_with if "command" in got.fields else {})
    await ann.slash(channel.id, "/incident list")
    await receiver.next()
    await ann.click(ann.sees(channel.id)[-1], "go")
    payload = (await receiver.next()).payload
    assert payload["container"]["is_ephemeral"] is True
    assert "message" not in payload
    url = payload["response_url"]
    async with session.post(url, json={"text": "chosen", "blocks": [], "replace_original": True}) as answer:
        assert answer.status == 200
    assert [one.text for one in ann.sees(channel.id)] == ["chosen"]
    for bad in (
        {"text": ""},
        {"text": "x", "colour": "red"},
        {"text": "x", "blocks": [{"type": "no"}]},
        ["x"],
    ):
        async with session.post(url, json=bad) as answer:
            assert answer.status == 400
    async with session.post(f"{sandbox.url}respond/actions/none", json={"text": "x"}) as answer:
        assert answer.status == 404


async def test_a_response_url_deletes_the_message_it_came_from(
    sandbox: Sandbox, receiver: Receiver, session: aiohttp.ClientSession
) -> None:
    ann, channel = sandbox.person("ann"), sandbox.workspace.channel("#safety-incidents")
    button = {"type": "button", "text": {"type": "plain_text", "text": "Go"}, "action_id": "go"}
    receiver.answer = lambda _: web.json_response(
        {"text": "x", "blocks": [{"type": "actions", "elements": [button]}]}
    )
    await ann.slash(channel.id, "/incident list")
    await receiver.next()
    await ann.click(ann.sees(channel.id)[-1], "go")
    url = (await receiver.next()).payload["response_url"]
    async with session.post(url, json={"delete_original": "true"}) as answer:
        assert answer.status == 200
    assert ann.sees(channel.id) == []
