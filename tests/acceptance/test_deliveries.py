"""What Slack, or somebody who pretends to be Slack, sends twice, wrongly or too late."""

import asyncio
import io
import json
import time
from typing import Any
from urllib.parse import parse_qs, urlencode

import aiohttp
import pytest

from sandbox import Ack, Delivery
from sandbox.deliveries import signature, signed
from tests.acceptance.town import COMMON, Town

_FORM = "application/x-www-form-urlencoded"


def last_delivery(town: Town, containing: str) -> Delivery:
    return next(one for one in reversed(town.sandbox.deliveries) if containing in one.body)


async def again(town: Town, delivery: Delivery) -> list[Ack]:
    """Deliver the same bytes three times more: at once over HTTP, in a row over Socket Mode."""
    if town.transport == "socket":
        return [await town.sandbox.redeliver(delivery) for _ in range(3)]
    return await asyncio.gather(*(town.sandbox.redeliver(delivery) for _ in range(3)))


def channels(town: Town) -> list[str]:
    return [one.name for one in town.sandbox.workspace.channels.values()]


def seen(town: Town) -> dict[str, int]:
    """How many messages each channel has, those to one person included."""
    return {one.name: len(one.messages) for one in town.sandbox.workspace.channels.values()}


def slash_body(town: Town, **changes: str) -> str:
    """A declaration as Slack would write it."""
    workspace = town.sandbox.workspace
    fields = {
        "team_id": workspace.team_id,
        "channel_id": workspace.channel(COMMON).id,
        "user_id": workspace.user("ann").id,
        "command": "/incident",
        "text": "declare sev1 Forged",
        "api_app_id": workspace.app_id,
        "is_enterprise_install": "false",
        "trigger_id": "1.2.3",
        **changes,
    }
    return urlencode(fields)


# --- the same again ------------------------------------------------------------------------------------


async def test_a_declaration_delivered_twice_opens_one_channel(any_town: Town) -> None:
    await any_town.declare()
    before = seen(any_town)
    delivery = last_delivery(any_town, "declare")
    acks = await again(any_town, delivery)
    await any_town.cordon.idle()
    assert all(ack.ok for ack in acks), acks
    assert seen(any_town) == before


async def test_a_form_sent_twice_declares_once(any_town: Town) -> None:
    town, ann = any_town, any_town.person("ann")
    await ann.slash(COMMON, "/incident declare")
    view = await ann.until_view()
    await ann.submit(view, {"title": "Bot swears", "severity": "SEV2"})
    delivery = last_delivery(town, "view_submission")
    await again(town, delivery)
    await town.sandbox.until(lambda: town.sandbox.workspace.named("inc-1-bot-swears"))
    await town.cordon.idle()
    assert [name for name in channels(town) if name.startswith("inc-")] == ["inc-1-bot-swears"]


async def test_a_double_click_on_send_declares_once(town: Town) -> None:
    ann = town.person("ann")
    await ann.slash(COMMON, "/incident declare")
    await ann.submit(await ann.until_view(), {"title": "Bot swears", "severity": "SEV2"})
    fields = json.loads(_payload(last_delivery(town, "view_submission").body))
    second = urlencode({"payload": json.dumps(fields | {"trigger_id": "9.9.another"})})
    ack = await town.sandbox.deliver_raw(signed(town.sandbox.signing_secret, second, _FORM), second)
    await town.sandbox.until(lambda: town.sandbox.workspace.named("inc-1-bot-swears"))
    await town.cordon.idle()
    assert ack.ok
    assert [name for name in channels(town) if name.startswith("inc-")] == ["inc-1-bot-swears"]


async def test_a_press_delivered_again_after_others_pressed_changes_nothing(any_town: Town) -> None:
    town, bob = any_town, any_town.person("bob")
    channel = await town.declare()
    first = town.message(channel, "*1 · ")
    await bob.click(first, "checklist.move", block_id=first.blocks[1]["block_id"])
    pressed = last_delivery(town, "checklist.move")
    done = await town.until_message(channel, f"done by <@{bob.id}>")
    await bob.click(done, "checklist.move", block_id=done.blocks[1]["block_id"])
    await town.sandbox.until(lambda: "0/4" in town.message(channel, "*1 · ").words)
    await town.cordon.idle()
    before = seen(town)
    ack = await town.sandbox.redeliver(pressed)
    await town.cordon.idle()
    assert ack.ok
    assert "0/4" in town.message(channel, "*1 · ").words
    assert seen(town) == before, "nobody is told anything"


async def test_an_update_delivered_twice_is_published_once(any_town: Town) -> None:
    channel = await any_town.declare()
    await any_town.person("ann").slash(channel.id, "/incident update The leak is stopped")
    await any_town.sandbox.redeliver(last_delivery(any_town, "update"))
    await any_town.until_message(channel, "The leak is stopped")
    await any_town.cordon.idle()
    assert len([m for m in any_town.messages(channel) if "Current state:" in m.words]) == 1


async def test_an_event_sent_again_by_slack_changes_nothing(town: Town) -> None:
    await town.declare()
    bob = town.person("bob")
    await bob.open_home()
    await town.sandbox.until(lambda: bob.home)
    before, home = seen(town), bob.home
    delivery = last_delivery(town, "app_home_opened")
    for number in (1, 2, 3):
        again = {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": "http_timeout"}
        ack = await town.sandbox.deliver_raw(delivery.headers | again, delivery.body)
        assert ack.ok
    await town.cordon.idle()
    assert seen(town) == before
    assert home is not None
    assert bob.home is not None
    assert bob.home.words == home.words


# --- not from Slack -------------------------------------------------------------------------------------


def _payload(body: str) -> str:
    return parse_qs(body)["payload"][0]


def _stamped(secret: str, body: str, age: float) -> dict[str, str]:
    moment = str(int(time.time() - age))
    stamp = {"X-Slack-Request-Timestamp": moment, "X-Slack-Signature": signature(secret, moment, body)}
    return {"Content-Type": _FORM, **stamp}


@pytest.mark.parametrize(
    "headers",
    [
        lambda secret, body: signed("0" * 32, body, _FORM),
        lambda secret, body: signed(secret, body + "&a=b", _FORM),
        lambda secret, body: _stamped(secret, body, 301),
        lambda secret, body: _stamped(secret, body, -301),
        lambda secret, body: {"Content-Type": _FORM},
        lambda secret, body: {**signed(secret, body, _FORM), "X-Slack-Signature": ""},
        lambda secret, body: {**signed(secret, body, _FORM), "X-Slack-Signature": "v0=é"},
        lambda secret, body: {**signed(secret, body, _FORM), "X-Slack-Request-Timestamp": "now"},
        lambda secret, body: {**signed(secret, body, _FORM), "X-Slack-Request-Timestamp": "9" * 5000},
    ],
    ids=["secret", "body", "old", "future", "unsigned", "empty", "not-ascii", "no-time", "long-time"],
)
async def test_what_is_forged_or_stale_is_refused(town: Town, headers: Any) -> None:  # noqa: ANN401 - any headers
    before = seen(town)
    body = slash_body(town)
    ack = await town.sandbox.deliver_raw(headers(town.sandbox.signing_secret, body), body)
    await town.cordon.idle()
    assert ack.status == 401
    assert seen(town) == before


@pytest.mark.parametrize("body", ["ssl_check=1&", "payload=%7B%22type%22%3A%22url_verification%22%7D&"])
async def test_nothing_rides_in_on_what_slack_sends_unsigned(town: Town, body: str) -> None:
    before = seen(town)
    await town.sandbox.deliver_raw({"Content-Type": _FORM}, body + slash_body(town))
    await town.cordon.idle()
    assert seen(town) == before


async def test_another_workspaces_declaration_does_nothing(town: Town) -> None:
    before = seen(town)
    body = slash_body(town, team_id="T0SOMEONE00")
    await town.sandbox.deliver_raw(signed(town.sandbox.signing_secret, body, _FORM), body)
    await town.cordon.idle()
    assert seen(town) == before


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("", _FORM),
        ("payload=", _FORM),
        ("payload=not%20json", _FORM),
        ("payload=%5B%5D", _FORM),
        ("payload=null", _FORM),
        ("[]", "application/json"),
        ("null", "application/json"),
        ("{", "application/json"),
        ('{"type": "event_callback"}', "application/json"),
        ('{"authorizations": 5}', "application/json"),
        ("[" * 100_000, "application/json"),
        ("\x00\x01", "text/plain"),
    ],
)
async def test_nonsense_is_answered_and_harms_nothing(town: Town, body: str, content_type: str) -> None:
    for secret in (town.sandbox.signing_secret, "0" * 32):
        ack = await town.sandbox.deliver_raw(signed(secret, body, content_type), body)
        assert 200 <= ack.status < 500, ack
    await town.declare()


async def test_what_is_too_long_or_no_text_is_refused(town: Town) -> None:
    url = str(town.sandbox.request_url)
    async with aiohttp.ClientSession() as session:
        async with session.post(url, data=b"text=\xff\xfe", headers={"Content-Type": _FORM}) as answer:
            assert answer.status == 400
        async with session.post(url, data=io.BytesIO(b"a" * (1024**2 + 1))) as answer:
            assert answer.status == 413
    await town.declare()
