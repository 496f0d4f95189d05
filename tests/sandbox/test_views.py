"""Modals and the App Home: triggers, stacks, hashes, submissions, what was typed."""

from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import NotPossibleError, Person, Sandbox, View

Refused = Callable[[Awaitable[object]], Awaitable[str]]
Receiver = Any  # the fixture's class lives in conftest.py


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def field(block_id: str, element: dict[str, Any], **more: object) -> dict[str, Any]:
    return {"type": "input", "block_id": block_id, "label": plain(block_id), "element": element, **more}


SEVERITY = {
    "type": "static_select",
    "action_id": "severity.choose",
    "options": [{"text": plain(one), "value": one.lower()} for one in ("SEV1", "SEV2")],
}
TITLE = {"type": "plain_text_input", "action_id": "title", "max_length": 20}


def modal(title: str = "Declare", **more: object) -> dict[str, Any]:
    blocks = [
        field("title", TITLE),
        field("severity", SEVERITY, optional=True),
        field(
            "who", {"type": "multi_users_select", "action_id": "who", "max_selected_items": 2}, optional=True
        ),
        {
            "type": "actions",
            "block_id": "more",
            "elements": [{"type": "button", "action_id": "more", "text": plain("More")}],
        },
    ]
    return {
        "type": "modal",
        "callback_id": "declare",
        "title": plain(title),
        "submit": plain("Go"),
        "blocks": blocks,
        **more,
    }


@pytest.fixture
def ann(sandbox: Sandbox) -> Person:
    return sandbox.person("ann")


@pytest.fixture
async def trigger(ann: Person, receiver: Receiver) -> str:
    await ann.shortcut("declare")
    return str((await receiver.next()).payload["trigger_id"])


async def opened(slack: AsyncWebClient, ann: Person, trigger: str, view: dict[str, Any]) -> View:
    await slack.views_open(trigger_id=trigger, view=view)
    assert ann.view is not None
    return ann.view


async def test_a_trigger_opens_one_view_once(
    sandbox: Sandbox, slack: AsyncWebClient, ann: Person, trigger: str, refused: Refused
) -> None:
    view = await opened(slack, ann, trigger, modal())
    assert (view.title, view.callback_id, view.root_view_id) == ("Declare", "declare", view.id)
    assert sandbox.person("bob").view is None
    assert await refused(slack.views_open(trigger_id=trigger, view=modal())) == "exchanged_trigger_id"
    assert await refused(slack.views_open(trigger_id="1.2.x", view=modal())) == "invalid_trigger_id"


async def test_a_trigger_lives_three_seconds(
    manifest: dict[str, Any], session: aiohttp.ClientSession, refused: Refused
) -> None:
    now = [1_800_000_000.0]
    sandbox = Sandbox(manifest=manifest, clock=lambda: now[0])
    await sandbox.start()
    slack = AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url, session=session)
    user = sandbox.person("ann").id
    in_time, late = sandbox._hub.triggers.issue(user), sandbox._hub.triggers.issue(user)
    now[0] += 2.9
    assert (await slack.views_open(trigger_id=in_time, view=modal()))["ok"]
    now[0] += 0.2
    assert await refused(slack.views_open(trigger_id=late, view=modal())) == "expired_trigger_id"
    await sandbox.stop()


async def test_an_update_with_an_old_hash_loses(
    slack: AsyncWebClient, ann: Person, trigger: str, refused: Refused
) -> None:
    view = await opened(slack, ann, trigger, modal("One"))
    await slack.views_update(view_id=view.id, hash=view.hash, view=modal("Two"))
    late = slack.views_update(view_id=view.id, hash=view.hash, view=modal("Three"))
    assert await refused(late) == "hash_conflict"
    assert ann.view is not None
    assert ann.view.title == "Two"
    assert await refused(slack.views_update(view_id="V0", view=modal())) == "not_found"


async def test_three_views_stack_and_close_one_by_one(
    slack: AsyncWebClient, ann: Person, receiver: Receiver, trigger: str, refused: Refused
) -> None:
    await opened(slack, ann, trigger, modal("1"))
    for title in ("2", "3"):
        await ann.click(await ann.until_view(), "more")
        push = (await receiver.next()).payload["trigger_id"]
        await slack.views_push(trigger_id=push, view=modal(title))
    await ann.click(await ann.until_view("3"), "more")
    push = (await receiver.next()).payload["trigger_id"]
    assert await refused(slack.views_push(trigger_id=push, view=modal("4"))) == "push_limit_reached"
    await ann.close(await ann.until_view("3"))
    await ann.close(await ann.until_view("2"))
    await ann.close(await ann.until_view("1"))
    assert ann.view is None


async def test_the_client_refuses_what_slack_would(
    slack: AsyncWebClient, ann: Person, receiver: Receiver, trigger: str
) -> None:
    view = await opened(slack, ann, trigger, modal())
    for values, text in (
        ({}, "complete this required"),
        ({"title": "x" * 21}, "under 20"),
        ({"title": "x", "who": ["ann", "bob", "cyd"]}, "at most 2"),
        ({"title": "x", "severity": "sev9"}, "sev1, sev2"),
        ({"title": "x", "who": ["zoe"]}, "nobody called"),
        ({"nothing": "x"}, "No field nothing"),
    ):
        with pytest.raises(NotPossibleError, match=text):
            await ann.submit(view, values)
    assert receiver.fresh.empty()


async def test_a_submission_carries_every_value(
    sandbox: Sandbox, slack: AsyncWebClient, ann: Person, receiver: Receiver, trigger: str
) -> None:
    view = await opened(slack, ann, trigger, modal(private_metadata="kept"))
    ack = await ann.submit(view, {"title": "Leak", "severity.choose": "SEV2", "who": "bob"})
    payload = (await receiver.next()).payload
    assert ack.ok
    assert payload["type"] == "view_submission"
    values = payload["view"]["state"]["values"]
    assert values["title"]["title"] == {"type": "plain_text_input", "value": "Leak"}
    assert values["severity"]["severity.choose"]["selected_option"]["value"] == "sev2"
    assert values["who"]["who"]["selected_users"] == [sandbox.person("bob").id]
    assert (payload["view"]["private_metadata"], payload["view"]["hash"]) == ("kept", view.hash)
    assert ann.view is None


async def test_the_answer_to_a_submission_is_done(
    slack: AsyncWebClient, ann: Person, receiver: Receiver, trigger: str
) -> None:
    view = await opened(slack, ann, trigger, modal())
    answers: list[dict[str, Any]] = [
        {"response_action": "errors", "errors": {"title": "Say more."}},
        {"response_action": "errors", "errors": {"more": "no input there"}},
        {"response_action": "update", "view": modal("Again")},
        {"response_action": "update", "view": {"type": "modal"}},
        {"response_action": "push", "view": modal("On top")},
        {"response_action": "clear"},
    ]
    receiver.answer = lambda _: web.json_response(answers.pop(0))
    await ann.submit(view, {"title": "x"})
    assert ann.view is not None
    assert ann.view.errors == {"title": "Say more."}
    assert (await ann.submit(view, {"title": "x"})).error is not None
    await ann.submit(view, {"title": "x"})
    assert (await ann.until_view("Again")).errors == {}
    assert "invalid_arguments" in str((await ann.submit(view, {"title": "x"})).error)
    await ann.submit(view)
    assert (await ann.until_view("On top")).previous_view_id == view.id
    await ann.submit(await ann.until_view(), {"title": "x"})
    assert ann.view is None


async def test_a_submission_that_fails_leaves_the_modal_open(
    slack: AsyncWebClient, ann: Person, receiver: Receiver, trigger: str
) -> None:
    view = await opened(slack, ann, trigger, modal())
    receiver.answer = lambda _: web.Response(status=500)
    assert not (await ann.submit(view, {"title": "x"})).ok
    assert ann.view is not None


async def test_what_was_typed_stays_unless_its_block_id_changes(
    slack: AsyncWebClient, ann: Person, receiver: Receiver, trigger: str
) -> None:
    view = await opened(slack, ann, trigger, modal(blocks=[field("title", TITLE, dispatch_action=True)]))
    await ann.click(view, "title", value="typed")
    assert (await receiver.next()).payload["actions"][0]["value"] == "typed"
    await slack.views_update(view_id=view.id, view=modal(blocks=[field("title", TITLE)]))
    await ann.submit(await ann.until_view())
    assert (await receiver.next()).payload["view"]["state"]["values"]["title"]["title"]["value"] == "typed"


async def test_a_new_block_id_makes_an_empty_input(
    slack: AsyncWebClient, ann: Person, receiver: Receiver, trigger: str
) -> None:
    view = await opened(slack, ann, trigger, modal(blocks=[field("title", TITLE, dispatch_action=True)]))
    await ann.click(view, "title", value="typed")
    await slack.views_update(view_id=view.id, view=modal(blocks=[field("title.2", TITLE)]))
    with pytest.raises(NotPossibleError, match="required"):
        await ann.submit(await ann.until_view())


@pytest.mark.parametrize("asked", [True, False])
async def test_closing_is_told_to_the_app_that_asked(
    slack: AsyncWebClient, ann: Person, receiver: Receiver, trigger: str, *, asked: bool
) -> None:
    view = await opened(slack, ann, trigger, modal(notify_on_close=asked))
    await ann.close(view)
    assert ann.view is None
    assert len(receiver.all) == (2 if asked else 1)
    if asked:
        assert receiver.all[-1].payload["type"] == "view_closed"
    with pytest.raises(NotPossibleError):
        await ann.close(view)


async def test_the_home_is_one_persons(
    sandbox: Sandbox, slack: AsyncWebClient, ann: Person, receiver: Receiver, refused: Refused
) -> None:
    await ann.open_home()
    event = (await receiver.next()).payload["event"]
    assert (event["type"], event["user"], event["tab"]) == ("app_home_opened", ann.id, "home")
    button = {"type": "button", "action_id": "home.go", "text": plain("Go")}
    home = {"type": "home", "blocks": [{"type": "actions", "block_id": "b", "elements": [button]}]}
    first = (await slack.views_publish(user_id=ann.id, view=home))["view"]
    assert ann.home is not None
    assert sandbox.person("bob").home is None
    await ann.click(ann.home, "home.go")
    payload = (await receiver.next()).payload
    assert payload["container"] == {"type": "view", "view_id": first["id"]}
    assert await refused(slack.views_publish(user_id=ann.id, view=home, hash="old")) == "hash_conflict"
    await slack.views_publish(user_id=ann.id, view=home, hash=first["hash"])


async def test_a_home_needs_its_tab(
    manifest: dict[str, Any], session: aiohttp.ClientSession, refused: Refused
) -> None:
    manifest["features"]["app_home"]["home_tab_enabled"] = False
    sandbox = Sandbox(manifest=manifest)
    await sandbox.start()
    slack = AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url, session=session)
    home = slack.views_publish(user_id=sandbox.person("ann").id, view={"type": "home", "blocks": []})
    assert await refused(home) == "not_enabled"
    await sandbox.stop()
