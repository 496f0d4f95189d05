"""Every limit: just inside is taken, just outside refused with Slack's error."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import Sandbox

Refused = Callable[[Awaitable[object]], Awaitable[str]]


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}


def section(text: str = "words", **more: object) -> dict[str, Any]:
    return {"type": "section", "text": mrkdwn(text), **more}


def fields(*texts: str) -> dict[str, Any]:
    return {"type": "section", "fields": [mrkdwn(text) for text in texts]}


def button(text: str = "Go", **more: object) -> dict[str, Any]:
    return {"type": "button", "text": plain(text), **more}


def actions(*elements: dict[str, Any], **more: object) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements), **more}


def option(text: str = "One", value: str = "1") -> dict[str, Any]:
    return {"text": plain(text), "value": value}


def select(*options: dict[str, Any], **more: object) -> dict[str, Any]:
    return {"type": "static_select", "options": list(options), **more}


def grouped(*options: dict[str, Any]) -> dict[str, Any]:
    return {"type": "static_select", "option_groups": [{"label": plain("All"), "options": list(options)}]}


def of(kind: str, count: int) -> dict[str, Any]:
    return {"type": kind, "options": [option(f"o{n}", str(n)) for n in range(count)]}


def field(element: dict[str, Any], **more: object) -> dict[str, Any]:
    return {"type": "input", "label": plain("Label"), "element": element, **more}


def context(*texts: str) -> dict[str, Any]:
    return {"type": "context", "elements": [mrkdwn(text) for text in texts]}


BLOCKS: dict[str, tuple[list[dict[str, Any]], list[dict[str, Any]]]] = {
    "blocks a message": ([section()] * 50, [section()] * 51),
    "section text": ([section("x" * 3000)], [section("x" * 3001)]),
    "section text, empty": ([section("x")], [section("")]),
    "field text": ([fields("x" * 2000)], [fields("x" * 2001)]),
    "fields": ([fields(*"x" * 10)], [fields(*"x" * 11)]),
    "header": (
        [{"type": "header", "text": plain("x" * 150)}],
        [{"type": "header", "text": plain("x" * 151)}],
    ),
    "header, mrkdwn": (
        [{"type": "header", "text": plain("x")}],
        [{"type": "header", "text": mrkdwn("x")}],
    ),
    "button text": ([actions(button("x" * 75))], [actions(button("x" * 76))]),
    "button value": ([actions(button(value="x" * 2000))], [actions(button(value="x" * 2001))]),
    "button style": ([actions(button(style="danger"))], [actions(button(style="default"))]),
    "action_id": ([actions(button(action_id="x" * 255))], [actions(button(action_id="x" * 256))]),
    "action_id, twice": (
        [actions(button(action_id="a")), actions(button(action_id="a"))],
        [actions(button(action_id="a"), button(action_id="a"))],
    ),
    "block_id": ([section(block_id="x" * 255)], [section(block_id="x" * 256)]),
    "block_id, twice": (
        [section(block_id="a"), section(block_id="b")],
        [section(block_id="a"), section(block_id="a")],
    ),
    "actions": ([actions(*[button()] * 25)], [actions(*[button()] * 26)]),
    "actions, none": ([actions(button())], [actions()]),
    "context": ([context(*"x" * 10)], [context(*"x" * 11)]),
    "option text": ([actions(select(option("x" * 75)))], [actions(select(option("x" * 76)))]),
    "option value": ([actions(select(option("x", "y" * 150)))], [actions(select(option("x", "y" * 151)))]),
    "initial option": (
        [actions(select(option(), initial_option=option()))],
        [actions(select(option(), initial_option=option("Other", "2")))],
    ),
    "select options": ([actions(of("static_select", 100))], [actions(of("static_select", 101))]),
    "overflow options": ([actions(of("overflow", 5))], [actions(of("overflow", 6))]),
    "radio options": ([actions(of("radio_buttons", 10))], [actions(of("radio_buttons", 11))]),
    "checkbox options": ([actions(of("checkboxes", 10))], [actions(of("checkboxes", 11))]),
    "grouped options": (
        [actions(grouped(option()))],
        [actions(grouped(option("x" * 76)))],
    ),
    "options and groups": (
        [actions(grouped(option()))],
        [actions({**grouped(option()), "options": [option()]})],
    ),
    "chosen at first": (
        [actions({**of("checkboxes", 2), "initial_options": [option("o1", "1")]})],
        [actions({**of("checkboxes", 2), "initial_options": [option("o9", "9")]})],
    ),
    "date": (
        [actions({"type": "datepicker", "initial_date": "2026-01-31"})],
        [actions({"type": "datepicker", "initial_date": "2026-1-31"})],
    ),
    "people": (
        [field({"type": "multi_users_select", "max_selected_items": 5})],
        [field({"type": "multi_users_select", "max_selected_items": 0})],
    ),
    "hint": (
        [field({"type": "plain_text_input"}, hint=plain("x" * 2000))],
        [field({"type": "plain_text_input"}, hint=plain("x" * 2001))],
    ),
    "option description": (
        [actions({**of("radio_buttons", 1), "options": [{**option(), "description": plain("x" * 75)}]})],
        [actions({**of("radio_buttons", 1), "options": [{**option(), "description": plain("x" * 76)}]})],
    ),
    "flags": (
        [field({"type": "plain_text_input", "multiline": True})],
        [field({"type": "plain_text_input", "multiline": "yes"})],
    ),
    "objects": ([section(accessory=button())], [section(accessory="button")]),
    "text object": ([section()], [{"type": "section", "text": "words"}]),
    "option object": ([actions(select(option()))], [actions({"type": "static_select", "options": ["x"]})]),
    "confirm object": (
        [actions(button(confirm={"title": plain("x"), "text": plain("x"), "deny": plain("x" * 30)}))],
        [actions(button(confirm="sure?"))],
    ),
    "placeholder": (
        [actions(select(option(), placeholder=plain("x" * 150)))],
        [actions(select(option(), placeholder=plain("x" * 151)))],
    ),
    "confirm": (
        [actions(button(confirm={"title": plain("x" * 100), "text": plain("x" * 300)}))],
        [actions(button(confirm={"title": plain("x" * 101), "text": plain("x" * 300)}))],
    ),
    "label": (
        [field({"type": "plain_text_input"}) | {"label": plain("x" * 2000)}],
        [field({"type": "plain_text_input"}) | {"label": plain("x" * 2001)}],
    ),
    "max_length": (
        [field({"type": "plain_text_input", "max_length": 3000})],
        [field({"type": "plain_text_input", "max_length": 3001})],
    ),
    "unknown block": ([{"type": "divider"}], [{"type": "carousel"}]),
    "unknown field": ([section()], [section(colour="red")]),
    "element in the wrong place": (
        [field({"type": "plain_text_input"})],
        [actions({"type": "plain_text_input"})],
    ),
}


@pytest.mark.parametrize("limit", BLOCKS)
async def test_a_message_just_inside_a_limit_is_taken(slack: AsyncWebClient, room: str, limit: str) -> None:
    assert (await slack.chat_postMessage(channel=room, text="x", blocks=BLOCKS[limit][0]))["ok"]


@pytest.mark.parametrize("limit", BLOCKS)
async def test_a_message_just_outside_a_limit_is_refused(
    slack: AsyncWebClient, room: str, limit: str
) -> None:
    with pytest.raises(SlackApiError) as caught:
        await slack.chat_postMessage(channel=room, text="x", blocks=BLOCKS[limit][1])
    assert caught.value.response["error"] == "invalid_blocks"
    assert "[json-pointer:/blocks" in caught.value.response["response_metadata"]["messages"][0]


async def test_all_the_text_of_a_message_has_a_limit(
    slack: AsyncWebClient, room: str, refused: Refused
) -> None:
    many = [section("x" * 3000)] * 4
    await slack.chat_postMessage(channel=room, text="x", blocks=[*many, section("x" * 1200)])
    code = await refused(slack.chat_postMessage(channel=room, text="x", blocks=[*many, section("x" * 1201)]))
    assert code == "msg_blocks_too_long"


async def test_text(slack: AsyncWebClient, room: str, refused: Refused) -> None:
    posted = await slack.chat_postMessage(channel=room, text="x" * 40_000)
    assert await refused(slack.chat_postMessage(channel=room, text="x" * 40_001)) == "msg_too_long"
    blank = slack.api_call("chat.postMessage", json={"channel": room, "text": "  "})
    assert await refused(blank) == "no_text"
    await slack.chat_update(channel=room, ts=posted["ts"], text="x" * 4000)
    assert await refused(slack.chat_update(channel=room, ts=posted["ts"], text="x" * 4001)) == "msg_too_long"


@pytest.mark.parametrize(
    ("metadata", "code"),
    [
        ({"event_type": "cordon.card", "event_payload": {"key": "1", "n": 2, "flat": {"a": True}}}, None),
        ({"event_type": "cordon card", "event_payload": {}}, "invalid_metadata_format"),
        ({"event_type": "x" * 256, "event_payload": {}}, "invalid_metadata_format"),
        ({"event_type": "x"}, "invalid_metadata_format"),
        ({"event_type": "x", "event_payload": {}, "more": 1}, "invalid_metadata_format"),
        ({"event_type": "x", "event_payload": {"a": {"b": {"c": 1}}}}, "invalid_metadata_schema"),
        ({"event_type": "x", "event_payload": {"a": None}}, "invalid_metadata_schema"),
        ({"event_type": "x", "event_payload": {"a": "y" * 16_000}}, "metadata_too_large"),
    ],
)
async def test_metadata(
    slack: AsyncWebClient, room: str, refused: Refused, metadata: dict[str, Any], code: str | None
) -> None:
    call = slack.chat_postMessage(channel=room, text="x", metadata=metadata)
    if code is None:
        assert (await call)["ok"]
    else:
        assert await refused(call) == code


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("x" * 80, None),
        ("x" * 81, "invalid_name_maxlength"),
        ("inc-1_ok", None),
        ("Inc-1", "invalid_name_specials"),
        ("inc 1", "invalid_name_specials"),
        ("inc.1", "invalid_name_specials"),
        ("---", "invalid_name_punctuation"),
        ("", "invalid_name_required"),
        ("general", "name_taken"),
    ],
)
async def test_channel_names(slack: AsyncWebClient, refused: Refused, name: str, code: str | None) -> None:
    call = slack.conversations_create(name=name)
    if code is None:
        assert (await call)["channel"]["name"] == name
    else:
        assert await refused(call) == code


async def test_topics(slack: AsyncWebClient, room: str, refused: Refused) -> None:
    await slack.conversations_setTopic(channel=room, topic="x" * 250)
    assert await refused(slack.conversations_setTopic(channel=room, topic="x" * 251)) == "too_long"
    assert await refused(slack.conversations_setPurpose(channel=room, purpose="x" * 251)) == "too_long"


def modal(**more: object) -> dict[str, Any]:
    return {"type": "modal", "title": plain("Title"), "blocks": [section()], **more}


VIEWS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "blocks a view": (modal(blocks=[section()] * 100), modal(blocks=[section()] * 101)),
    "title": (modal(title=plain("x" * 24)), modal(title=plain("x" * 25))),
    "submit": (modal(submit=plain("x" * 24)), modal(submit=plain("x" * 25))),
    "close": (modal(close=plain("x" * 24)), modal(close=plain("x" * 25))),
    "private_metadata": (modal(private_metadata="x" * 3000), modal(private_metadata="x" * 3001)),
    "callback_id": (modal(callback_id="x" * 255), modal(callback_id="x" * 256)),
    "unknown field": (modal(), modal(colour="red")),
    "an input without submit": (
        modal(blocks=[field({"type": "plain_text_input"})], submit=plain("Go")),
        modal(blocks=[field({"type": "plain_text_input"})]),
    ),
    "kind": (modal(), {"type": "home", "blocks": []}),
}


@pytest.mark.parametrize("limit", VIEWS)
async def test_views(sandbox: Sandbox, slack: AsyncWebClient, limit: str) -> None:
    user = sandbox.person("ann").id
    inside, outside = VIEWS[limit]
    with pytest.raises(SlackApiError) as caught:
        await slack.views_open(trigger_id=sandbox._hub.triggers.issue(user), view=outside)
    assert caught.value.response["error"] == "invalid_arguments"
    assert "[json-pointer:/view" in caught.value.response["response_metadata"]["messages"][0]
    assert (await slack.views_open(trigger_id=sandbox._hub.triggers.issue(user), view=inside))["ok"]


async def test_a_view_has_a_size(sandbox: Sandbox, slack: AsyncWebClient, refused: Refused) -> None:
    user = sandbox.person("ann").id
    big = modal(blocks=[section("x" * 2990)] * 85)
    call = slack.views_open(trigger_id=sandbox._hub.triggers.issue(user), view=big)
    assert await refused(call) == "view_too_large"
