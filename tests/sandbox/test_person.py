"""A person at the keyboard: choosing elements, stale messages, marks, shortcuts, waiting."""

import asyncio
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import NotPossibleError, Person, Sandbox

Receiver = Any  # the fixture's class lives in conftest.py


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def item(number: int) -> dict[str, Any]:
    button = {"type": "button", "text": plain("Done"), "action_id": "item.done", "value": str(number)}
    return {
        "type": "section",
        "block_id": f"item.{number}",
        "text": plain(f"Item {number}"),
        "accessory": button,
    }


@pytest.fixture
def ann(sandbox: Sandbox) -> Person:
    return sandbox.person("ann")


async def posted(slack: AsyncWebClient, room: str, *blocks: dict[str, Any]) -> str:
    return str((await slack.chat_postMessage(channel=room, text="x", blocks=list(blocks)))["ts"])


async def until_action(receiver: Receiver) -> dict[str, Any]:
    """The next press that reaches the app; events of messages come in between."""
    while True:
        payload = (await receiver.next()).payload
        if payload["type"] == "block_actions":
            return dict(payload["actions"][0])


async def test_an_element_must_be_the_only_one_meant(
    slack: AsyncWebClient, ann: Person, receiver: Receiver, room: str
) -> None:
    await posted(slack, room, item(1), item(2))
    message = ann.sees(room)[-1]
    with pytest.raises(NotPossibleError, match="2 elements match"):
        await ann.click(message, "item.done")
    with pytest.raises(NotPossibleError, match="nothing matches"):
        await ann.click(message, "item.undo")
    await ann.click(message, "item.done", value="2")
    assert (await until_action(receiver))["block_id"] == "item.2"
    await ann.click(message, "item.done", block_id="item.1")
    assert (await until_action(receiver))["value"] == "1"


async def test_each_kind_of_element_sends_what_was_chosen(
    sandbox: Sandbox, slack: AsyncWebClient, ann: Person, receiver: Receiver, room: str
) -> None:
    options = [{"text": plain(one), "value": one.lower()} for one in ("One", "Two")]
    kinds = ("static_select", "overflow", "radio_buttons", "checkboxes")
    elements: list[dict[str, Any]] = [{"type": kind, "action_id": kind, "options": options} for kind in kinds]
    elements.append({"type": "users_select", "action_id": "users_select"})
    await posted(slack, room, {"type": "actions", "block_id": "a", "elements": elements})
    message = ann.sees(room)[-1]
    for kind in ("static_select", "overflow", "radio_buttons"):
        await ann.click(message, kind, option="Two")
        assert (await until_action(receiver))["selected_option"]["value"] == "two"
    await ann.click(message, "checkboxes", option=["one", "two"])
    assert len((await until_action(receiver))["selected_options"]) == 2
    await ann.click(message, "users_select", user="bob")
    assert (await until_action(receiver))["selected_user"] == sandbox.person("bob").id
    with pytest.raises(NotPossibleError, match="Say what to choose"):
        await ann.click(message, "static_select")


async def test_a_stale_message_is_pressed_as_it_was_seen(
    slack: AsyncWebClient, ann: Person, receiver: Receiver, room: str
) -> None:
    ts = await posted(slack, room, item(1))
    seen = ann.sees(room)[-1]
    await slack.chat_update(channel=room, ts=ts, text="y", blocks=[item(2)])
    await ann.click(seen, "item.done")
    assert (await until_action(receiver))["value"] == "1"
    await slack.chat_delete(channel=room, ts=ts)
    with pytest.raises(NotPossibleError, match="any more"):
        await ann.click(seen, "item.done")


async def test_somebody_elses_ephemeral_message_is_out_of_reach(
    sandbox: Sandbox, slack: AsyncWebClient, room: str
) -> None:
    ann, bob = sandbox.person("ann"), sandbox.person("bob")
    await slack.chat_postEphemeral(channel=room, user=ann.id, text="x", blocks=[item(1)])
    with pytest.raises(NotPossibleError):
        await bob.click(ann.sees(room)[-1], "item.done")


async def test_shortcuts(ann: Person, receiver: Receiver, room: str) -> None:
    await ann.say(room, "look at this")
    await receiver.next()
    message = ann.sees(room)[-1]
    await ann.shortcut("declare.message", message=message)
    payload = (await receiver.next()).payload
    assert (payload["type"], payload["message"]["ts"]) == ("message_action", message.ts)
    await ann.shortcut("declare")
    assert (await receiver.next()).payload["type"] == "shortcut"
    with pytest.raises(NotPossibleError):
        await ann.shortcut("declare", message=message)
    with pytest.raises(NotPossibleError):
        await ann.shortcut("unheard of")


async def test_marks_can_be_taken_back(sandbox: Sandbox, ann: Person, room: str) -> None:
    await ann.say(room, "hi")
    message = ann.sees(room)[-1]
    await ann.react(message, ":eyes:")
    await ann.pin(message)
    assert ann.sees(room)[-1].reactions == {"eyes": [ann.id]}
    assert sandbox.workspace.channels[room].pins == [message.ts]
    await ann.react(message, "eyes")
    await ann.pin(message)
    assert ann.sees(room)[-1].reactions == {}
    assert sandbox.workspace.channels[room].pins == []
    await ann.leave(room)
    with pytest.raises(NotPossibleError):
        await ann.say(room, "gone")


async def test_waiting_ends_with_the_change_and_a_missing_channel_means_not_yet(
    sandbox: Sandbox, slack: AsyncWebClient, ann: Person
) -> None:
    waiting = asyncio.create_task(sandbox.until(lambda: ann.sees("#inc-9")))
    made = (await slack.conversations_create(name="inc-9"))["channel"]["id"]
    await slack.chat_postMessage(channel=made, text="first")
    assert [one.text for one in await waiting] == ["first"]


async def test_waiting_in_vain_shows_what_is_there(sandbox: Sandbox, ann: Person) -> None:
    await ann.say("#general", "only this")
    with pytest.raises(TimeoutError, match="only this"):
        await sandbox.until(lambda: ann.view, timeout=0.01)
    with pytest.raises(ZeroDivisionError):
        await sandbox.until(lambda: 1 / 0)
