"""What the page talks to: reading, acting, the live socket, controls, and who is kept out."""

from typing import Any

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import Person, Sandbox

Receiver = Any  # the fixture's class lives in conftest.py


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


BUTTON = {"type": "button", "text": plain("Go"), "action_id": "go", "value": "1"}
ROW = {"type": "actions", "block_id": "row", "elements": [BUTTON]}


class Page:
    """The page's interface, as one person."""

    def __init__(self, sandbox: Sandbox, session: aiohttp.ClientSession, person: Person) -> None:
        self.url = sandbox.url
        self.session = session
        self.me = person.id

    async def get(self, path: str, **query: str) -> Any:  # noqa: ANN401 -- JSON
        async with self.session.get(f"{self.url}ui/{path}", params={"as": self.me, **query}) as answer:
            return await answer.json()

    async def post(self, path: str, **body: object) -> Any:  # noqa: ANN401 -- JSON
        async with self.session.post(f"{self.url}ui/{path}", json={"as": self.me, **body}) as answer:
            return await answer.json()


@pytest.fixture
def page(sandbox: Sandbox, session: aiohttp.ClientSession) -> Page:
    return Page(sandbox, session, sandbox.person("ann"))


async def test_the_page_itself_is_served(sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
    async with session.get(sandbox.url) as answer:
        assert answer.status == 200
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'")
        assert "/page/app.js" in await answer.text()
    async with session.get(f"{sandbox.url}page/app.js") as answer:
        assert answer.content_type == "text/javascript"
    for path in ("page/..%2Fserver.py", "page/server.py", "page/", "nothing"):
        async with session.get(f"{sandbox.url}{path}") as answer:
            assert answer.status == 404


async def test_people_and_sidebar(sandbox: Sandbox, page: Page) -> None:
    people = await page.get("people")
    assert [one["name"] for one in people] == ["ann", "bob", "cyd", "dee", "eli", "fay"]
    await sandbox.person("bob").create_channel("secret", private=True)
    await sandbox.person("bob").create_channel("open")
    sidebar = await page.get("sidebar")
    assert {one["name"]: one["is_member"] for one in sidebar["channels"]} == {
        "general": True,
        "open": False,
        "safety-incidents": True,
    }
    assert sidebar["connected"] == "none"
    assert [one["command"] for one in sidebar["slash"]] == ["/incident", "/escaped"]
    assert {one["callback_id"]: one["type"] for one in sidebar["shortcuts"]} == {
        "declare": "global",
        "declare.message": "message",
    }
    assert sidebar["app"]["bot_user"] == sandbox.workspace.bot_user_id


async def test_a_channel_is_shown_as_that_person_sees_it(
    sandbox: Sandbox, slack: AsyncWebClient, page: Page, room: str
) -> None:
    ts = (await slack.chat_postMessage(channel=room, text="card", blocks=[ROW]))["ts"]
    await slack.chat_postEphemeral(channel=room, user=sandbox.person("bob").id, text="for bob")
    await page.post("pin", channel=room, ts=ts)
    await page.post("react", channel=room, ts=ts, name="eyes")
    shown = await page.get("channel", id=room)
    assert [one["text"] for one in shown["messages"]] == ["card"]
    assert shown["messages"][0]["reactions"] == [{"name": "eyes", "users": [page.me], "count": 1}]
    assert (shown["messages"][0]["bot"], shown["pins"]) == (True, [ts])
    hidden = await sandbox.person("bob").create_channel("secret", private=True)
    assert "can't see" in (await page.get("channel", id=hidden.id))["error"]
    assert (await page.get("channel", id="C0"))["ok"] is False


async def test_saying_joining_and_commands(
    sandbox: Sandbox, page: Page, receiver: Receiver, room: str
) -> None:
    assert (await page.post("say", channel=room, text="a <b>"))["ok"] is True
    assert sandbox.person("bob").sees(room)[-1].text == "a &lt;b&gt;"
    await sandbox.person("bob").create_channel("open")
    assert (await page.post("say", channel="#open", text="x"))["ok"] is False
    assert (await page.post("join", channel="#open"))["ok"] is True
    receiver.answer = lambda _: web.Response(text="heard")
    assert (await page.post("slash", channel=room, text="/incident list"))["ok"] is True
    assert sandbox.person("ann").sees(room)[-1].text == "heard"
    assert "not a valid command" in (await page.post("slash", channel=room, text="/nope"))["error"]
    assert (await page.post("say", channel=room))["error"] == "'text' must be a text."


async def test_a_press_is_checked_against_what_is_there(
    slack: AsyncWebClient, page: Page, receiver: Receiver, room: str
) -> None:
    ts = (await slack.chat_postMessage(channel=room, text="card", blocks=[ROW]))["ts"]
    await receiver.next()
    where = {"type": "message", "channel": room, "ts": ts}
    pressed = {"type": "button", "block_id": "row", "action_id": "go", "value": "forged"}
    assert (await page.post("action", container=where, action=pressed))["ok"] is True
    assert (await receiver.next()).payload["actions"][0]["value"] == "1"
    elsewhere = await page.post("action", container=where, action={**pressed, "action_id": "other"})
    assert "nothing matches" in elsewhere["error"]


async def test_a_modal_from_opening_to_sending(
    sandbox: Sandbox, slack: AsyncWebClient, page: Page, receiver: Receiver
) -> None:
    options = [{"text": plain(one), "value": one} for one in ("a", "b")]
    select = {"type": "static_select", "action_id": "pick", "options": options}
    text = {"type": "plain_text_input", "action_id": "text"}
    blocks = [
        {"type": "input", "block_id": "one", "label": plain("One"), "element": text},
        {"type": "input", "block_id": "two", "label": plain("Two"), "element": select},
        ROW,
    ]
    view = {"type": "modal", "title": plain("T"), "submit": plain("Go"), "blocks": blocks}
    async with page.session.ws_connect(f"{page.url}ui/live?as={page.me}") as live:
        assert await live.receive_json(timeout=10) == {"type": "view", "view": None}
        await page.post("shortcut", callback_id="declare")
        trigger = (await receiver.next()).payload["trigger_id"]
        view_id = (await slack.views_open(trigger_id=trigger, view=view))["view"]["id"]
        told = await live.receive_json(timeout=10)
        assert (told["type"], told["view"]["id"]) == ("view", view_id)
    state: dict[str, Any] = {"values": {"one": {"text": {"type": "plain_text_input", "value": "typed"}}}}
    container, go = (
        {"type": "view", "view_id": view_id},
        {"block_id": "row", "action_id": "go", "type": "button"},
    )
    await page.post("action", container=container, action=go, state=state)
    sent = (await receiver.next()).payload["view"]["state"]["values"]
    assert sent["one"]["text"]["value"] == "typed"
    missing = await page.post("view/submit", view_id=view_id, state=state)
    assert missing["errors"] == {"two": "Please complete this required field."}
    state["values"]["two"] = {"pick": {"type": "static_select", "selected_option": options[1]}}
    receiver.answer = lambda _: web.json_response({"response_action": "errors", "errors": {"one": "no"}})
    assert (await page.post("view/submit", view_id=view_id, state=state))["errors"] == {"one": "no"}
    receiver.answer = lambda _: web.Response()
    assert (await page.post("view/submit", view_id=view_id, state=state)) == {"ok": True}
    assert sandbox.person("ann").view is None
    assert "no longer open" in (await page.post("view/close", view_id=view_id))["error"]


async def test_the_home_is_opened_and_shown(slack: AsyncWebClient, page: Page, receiver: Receiver) -> None:
    assert await page.get("home") == {"view": None}
    await page.post("home")
    assert (await receiver.next()).payload["event"]["type"] == "app_home_opened"
    await slack.views_publish(user_id=page.me, view={"type": "home", "blocks": [{"type": "divider"}]})
    assert (await page.get("home"))["view"]["blocks"][0]["type"] == "divider"


async def test_only_what_one_may_see_is_told_live(
    sandbox: Sandbox, slack: AsyncWebClient, page: Page, room: str
) -> None:
    bob = sandbox.person("bob")
    async with page.session.ws_connect(f"{page.url}ui/live?as={page.me}") as live:
        await live.receive_json(timeout=10)
        hidden = await bob.create_channel("secret", private=True)
        await bob.say(hidden.id, "hush")
        await slack.chat_postEphemeral(channel=room, user=bob.id, text="for bob")
        await bob.say(room, "for all")
        told = [await live.receive_json(timeout=10) for _ in range(2)]
    assert told == [{"type": "sidebar"}, {"type": "channel", "id": room}]


async def test_trouble_is_ordered_by_hand(
    sandbox: Sandbox, session: aiohttp.ClientSession, slack: AsyncWebClient
) -> None:
    control = f"{sandbox.url}control/"
    async with session.post(
        f"{control}faults", json={"method": "auth.test", "kind": "error", "times": 9}
    ) as answer:
        assert (await answer.json())["ok"] is True
    with pytest.raises(Exception, match="internal_error"):
        await slack.auth_test()
    async with session.get(f"{control}calls") as answer:
        assert (await answer.json())["calls"][-1]["error"] == "internal_error"
    async with session.delete(f"{control}faults", json={}) as answer:
        assert (await answer.json())["ok"] is True
    await slack.auth_test()
    async with session.post(f"{control}latency", json={"seconds": 0.01}) as answer:
        assert (await answer.json())["seconds"] == sandbox.latency == 0.01
    for path, body in (("faults", {"kind": "no"}), ("faults", {"a": 1}), ("latency", {"seconds": -1})):
        async with session.post(control + path, json=body) as answer:
            assert answer.status == 400


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "evil.example:80"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
    ],
)
async def test_other_sites_are_kept_out(
    sandbox: Sandbox, session: aiohttp.ClientSession, page: Page, headers: dict[str, str]
) -> None:
    for path in ("", "ui/people", f"ui/live?as={page.me}", "control/calls"):
        async with session.get(sandbox.url + path, headers=headers) as answer:
            assert answer.status == 403


async def test_a_plain_form_is_refused(sandbox: Sandbox, session: aiohttp.ClientSession, page: Page) -> None:
    async with session.post(
        f"{sandbox.url}ui/say", data={"as": page.me, "channel": "general", "text": "x"}
    ) as answer:
        assert answer.status == 403
    assert sandbox.person("ann").sees("#general") == []
