"""The workspace page in a real browser, against the real sandbox and a small Bolt app behind it."""

import asyncio
import re
import shutil
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Browser, Locator, Page, Route, async_playwright, expect
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.server import Sandbox

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

PAGE = Path(__file__).parents[2] / "sandbox" / "page"
SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
MANIFEST = {
    "display_information": {"name": "Buoy"},
    "features": {
        "bot_user": {"display_name": "Buoy"},
        "app_home": {"home_tab_enabled": True},
        "slash_commands": [{"command": "/buoy", "description": "Try the page", "usage_hint": "[words]"}],
        "shortcuts": [
            {"name": "Ask me", "type": "global", "callback_id": "ask", "description": "Opens a modal"},
            {"name": "Keep this", "type": "message", "callback_id": "keep", "description": "Keeps a message"},
        ],
    },
    "oauth_config": {
        "scopes": {
            "bot": [
                "commands",
                "chat:write",
                "chat:write.public",
                "channels:manage",
                "channels:read",
                "channels:history",
                "users:read",
            ]
        }
    },
    "settings": {
        "event_subscriptions": {"bot_events": ["app_home_opened"]},
        "interactivity": {"is_enabled": True},
    },
}


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def _section(text: str, **more: object) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def _button(text: str, action: str, **more: object) -> dict[str, Any]:
    return {"type": "button", "text": _plain(text), "action_id": action, "value": "42", **more}


def _modal(note: str) -> dict[str, Any]:
    """A modal that draws itself again when its button is pressed."""
    title = {"type": "plain_text_input", "action_id": "text", "max_length": 40}
    return {
        "type": "modal",
        "callback_id": "asked",
        "title": _plain("Ask"),
        "submit": _plain("Send"),
        "blocks": [
            {"type": "input", "block_id": "title", "label": _plain("Title"), "element": title},
            _section(note, block_id="more", accessory=_button("More", "modal.more")),
            {"type": "actions", "block_id": "deep", "elements": [_button("Deeper", "modal.deeper")]},
        ],
    }


@dataclass
class Bench:
    """What a test works with: the sandbox, the app behind it, and what the app was told."""

    sandbox: Sandbox
    app: AsyncApp
    slack: AsyncWebClient
    browser: Browser
    told: asyncio.Queue[tuple[str, Any]] = field(default_factory=asyncio.Queue)
    problems: list[str] = field(default_factory=list)

    async def open(self, person: str = "ann", **size: int) -> Page:
        """The page of one person, in #safety-incidents; what goes wrong in it is kept in `problems`."""
        window = {"width": 1200, "height": 820, **size}
        page = await self.browser.new_page(viewport={"width": window["width"], "height": window["height"]})
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", lambda line: self.problems.append(line.text) if line.type == "error" else None)
        await page.route("**/*", self._only_here)
        await page.goto(f"{self.sandbox.url}?as={person}&channel=safety-incidents")
        await expect(page.get_by_test_id("channel-name")).to_contain_text("safety-incidents")
        return page

    async def _only_here(self, route: Route) -> None:
        if route.request.url.startswith(self.sandbox.url):
            await route.continue_()
        else:
            self.problems.append(f"asked for {route.request.url}")
            await route.abort()

    async def heard(self) -> tuple[str, Any]:
        """The next thing that reached the app."""
        return await asyncio.wait_for(self.told.get(), 30)

    async def say(self, text: str, blocks: Sequence[dict[str, Any]] | None = None) -> str:
        """Post as the app to #safety-incidents; the answer is the message's ts."""
        answer = await self.slack.chat_postMessage(
            channel=self.sandbox.workspace.channel("safety-incidents").id, text=text, blocks=blocks
        )
        return str(answer["ts"])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        pytest.skip("no Chromium on this machine: the page was not tested")
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=found, args=SWITCHES)
        yield started
        await started.close()


@pytest_asyncio.fixture(loop_scope="module")
async def bench(browser: Browser) -> AsyncIterator[Bench]:
    expect.set_options(timeout=20_000)
    sandbox = Sandbox(manifest=MANIFEST, port=0)
    await sandbox.start()
    slack = AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url)
    app = AsyncApp(signing_secret=sandbox.signing_secret, client=slack)
    bench = Bench(sandbox, app, slack, browser)
    _listen(bench)
    _converse(bench)
    runner = web.AppRunner(app.web_app("/slack/events"))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    sandbox.request_url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    yield bench
    for context in browser.contexts:
        await context.close()
    await runner.cleanup()
    await sandbox.stop()
    assert bench.problems == []


def _listen(bench: Bench) -> None:
    """A small app: answers its command, shows its Home, and tells the test what reached it."""
    app = bench.app

    @app.command("/buoy")
    async def command(ack: AsyncAck, respond: AsyncRespond, command: dict[str, Any]) -> None:
        await ack()
        await bench.told.put(("command", command["text"]))
        await respond(text=f"You said: {command['text']}", response_type="ephemeral")

    @app.shortcut("keep")
    async def keep(ack: AsyncAck, shortcut: dict[str, Any]) -> None:
        await ack()
        await bench.told.put(("keep", shortcut["message"]["ts"]))

    @app.action("card.go")
    async def go(ack: AsyncAck, action: dict[str, Any]) -> None:
        await ack()
        await bench.told.put(("card.go", action["value"]))

    @app.action("card.level")
    async def level(ack: AsyncAck, action: dict[str, Any]) -> None:
        await ack()
        await bench.told.put(("card.level", action["selected_option"]["value"]))

    @app.event("app_home_opened")
    async def home(event: dict[str, Any], client: AsyncWebClient) -> None:
        view = {"type": "home", "blocks": [{"type": "header", "text": _plain("Welcome aboard")}]}
        await client.views_publish(user_id=event["user"], view=view)


def _converse(bench: Bench) -> None:
    """The app's modal: opened by its shortcut, drawn again or deeper by its buttons, checked when sent."""
    app = bench.app

    @app.shortcut("ask")
    async def ask(ack: AsyncAck, shortcut: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=shortcut["trigger_id"], view=_modal("First look"))

    @app.action("modal.more")
    async def more(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await client.views_update(view_id=body["view"]["id"], view=_modal("Second look"))

    @app.action("modal.deeper")
    async def deeper(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        below = {
            "type": "modal",
            "title": _plain("Below"),
            "close": _plain("Back"),
            "blocks": [_section("Deep")],
        }
        await client.views_push(trigger_id=body["trigger_id"], view=below)

    @app.view("asked")
    async def asked(ack: AsyncAck, view: dict[str, Any]) -> None:
        title = view["state"]["values"]["title"]["text"]["value"]
        if "bad" in title:
            await ack(response_action="errors", errors={"title": "Say it better."})
            return
        await ack()
        await bench.told.put(("asked", title))


def message(page: Page, ts: str) -> Locator:
    return page.locator(f"[data-testid=message][data-ts='{ts}']")


async def test_draws_blocks_and_slack_markup(bench: Bench) -> None:
    page = await bench.open()
    ann = bench.sandbox.person("ann").id
    blocks = [
        {"type": "header", "text": _plain(":rotating_light: SEV1")},
        _section(
            f"*Bold* `code` <@{ann}> <https://example.org/a|a page>", accessory=_button("Go", "card.go")
        ),
        {
            "type": "section",
            "fields": [{"type": "mrkdwn", "text": "*Left*"}, {"type": "mrkdwn", "text": "_Right_"}],
        },
        {"type": "divider"},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "small print"}]},
    ]
    drawn = message(page, await bench.say("SEV1", blocks=blocks))
    await expect(drawn.get_by_role("heading")).to_have_text("🚨 SEV1")
    await expect(drawn.locator("strong").first).to_have_text("Bold")
    await expect(drawn.locator(".mention.me")).to_have_text("@ann")
    await expect(drawn.get_by_role("link", name="a page")).to_have_attribute("href", "https://example.org/a")
    await expect(drawn.locator(".section-field")).to_have_text(["Left", "Right"])
    await expect(drawn.locator("hr")).to_have_count(1)
    await expect(drawn.get_by_text("APP", exact=True)).to_be_visible()


async def test_hostile_text_stays_text(bench: Bench) -> None:
    page = await bench.open()
    bad = "<img src=x onerror=\"document.title='owned'\"> <javascript:alert(1)|press me> </div><script>alert(1)</script>"
    ts = await bench.say(bad, blocks=[_section(bad), {"type": "header", "text": _plain(bad[:140])}])
    drawn = message(page, ts)
    await expect(drawn.get_by_role("heading")).to_have_text(bad[:140])
    await expect(drawn).to_contain_text("press me")
    assert await drawn.locator("img, script, a, iframe").count() == 0
    assert "owned" not in await page.title()


async def test_nothing_in_the_page_turns_text_into_markup() -> None:
    forbidden = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|DOMParser"
    )
    found = [path.name for path in PAGE.glob("*.js") if forbidden.search(_code(path))]
    assert found == []


def _code(path: Path) -> str:
    return "\n".join(line for line in path.read_text().splitlines() if not line.startswith("//"))


async def test_what_people_type_is_shown_as_typed(bench: Bench) -> None:
    page = await bench.open()
    await page.fill("#composer", "a <b>b</b> & <!channel>")
    await page.press("#composer", "Enter")
    await expect(page.get_by_test_id("message").last).to_contain_text("a <b>b</b> & <!channel>")
    await expect(page.locator("#composer")).to_have_value("")


async def test_a_press_reaches_the_app_and_the_edit_appears_without_a_reload(bench: Bench) -> None:
    page = await bench.open()
    ts = await bench.say(
        "Ready", blocks=[{"type": "actions", "elements": [_button("Go", "card.go", style="primary")]}]
    )
    await message(page, ts).get_by_role("button", name="Go").click()
    assert await bench.heard() == ("card.go", "42")
    await page.evaluate("window.before = true")
    channel = bench.sandbox.workspace.channel("safety-incidents").id
    await bench.slack.chat_update(channel=channel, ts=ts, text="Gone", blocks=[_section("Gone")])
    await expect(message(page, ts)).to_contain_text("Gone")
    await expect(message(page, ts)).to_contain_text("(edited)")
    assert await page.evaluate("window.before") is True


async def test_a_confirmation_is_asked_before_the_action_leaves(bench: Bench) -> None:
    page = await bench.open()
    question = {"title": _plain("Sure?"), "text": _plain("All of it stops."), "confirm": _plain("Stop it")}
    question["deny"] = _plain("Not now")
    button = _button("Stop", "card.go", style="danger", confirm=question)
    ts = await bench.say("Stop", blocks=[{"type": "actions", "elements": [button]}])
    await message(page, ts).get_by_role("button", name="Stop").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="Not now").click()
    await expect(page.get_by_role("alertdialog")).to_have_count(0)
    assert bench.told.empty()
    await message(page, ts).get_by_role("button", name="Stop").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="Stop it").click()
    assert await bench.heard() == ("card.go", "42")


async def test_a_command_is_suggested_sent_and_answered_to_that_person_only(bench: Bench) -> None:
    page = await bench.open()
    await page.fill("#composer", "/bu")
    await expect(page.get_by_role("option", name="/buoy [words]")).to_be_visible()
    await page.press("#composer", "Tab")
    await page.locator("#composer").press_sequentially("hello there")
    await page.press("#composer", "Enter")
    assert await bench.heard() == ("command", "hello there")
    answer = page.get_by_test_id("message").filter(has_text="You said: hello there")
    await expect(answer.get_by_test_id("ephemeral")).to_have_text("Only visible to you")
    everybody = await bench.say("For everybody")
    await page.select_option("#person", "bob")
    await expect(page).to_have_url(re.compile("as=bob"))
    await expect(message(page, everybody)).to_be_visible()
    await expect(answer).to_have_count(0)


async def test_a_modal_shows_errors_under_their_block_then_takes_the_answer(bench: Bench) -> None:
    page = await bench.open()
    await page.get_by_test_id("shortcut").click()
    modal = page.get_by_role("dialog", name="Ask")
    await modal.get_by_role("button", name="Send").click()
    block = modal.locator("[data-block-id=title]").first
    await expect(block.get_by_test_id("error")).to_have_text("Please complete this required field.")
    await modal.get_by_label("Title").fill("a bad one")
    await modal.get_by_role("button", name="Send").click()
    await expect(block.get_by_test_id("error")).to_have_text("Say it better.")
    await expect(modal.get_by_label("Title")).to_have_value("a bad one")
    await modal.get_by_label("Title").fill("a fine one")
    await modal.get_by_role("button", name="Send").click()
    assert await bench.heard() == ("asked", "a fine one")
    await expect(modal).to_have_count(0)


async def test_what_was_typed_stays_when_the_app_draws_the_modal_again(bench: Bench) -> None:
    page = await bench.open()
    await page.get_by_test_id("shortcut").click()
    modal = page.get_by_role("dialog", name="Ask")
    await modal.get_by_label("Title").fill("half a thought")
    await modal.get_by_role("button", name="More").click()
    await expect(modal).to_contain_text("Second look")
    await expect(modal.get_by_label("Title")).to_have_value("half a thought")
    await page.reload()
    await expect(modal.get_by_label("Title")).to_have_value("half a thought")
    await page.keyboard.press("Escape")
    await expect(modal).to_have_count(0)


async def test_going_back_from_a_pushed_modal_finds_what_was_typed(bench: Bench) -> None:
    page = await bench.open()
    await page.get_by_test_id("shortcut").click()
    await page.get_by_role("dialog", name="Ask").get_by_label("Title").fill("half a thought")
    await page.get_by_role("button", name="Deeper").click()
    await page.get_by_role("dialog", name="Below").get_by_role("button", name="Back").click()
    await expect(page.get_by_role("dialog", name="Ask").get_by_label("Title")).to_have_value("half a thought")


async def test_a_choice_reaches_the_app_and_survives_a_neighbours_message(bench: Bench) -> None:
    page = await bench.open()
    options = [{"text": _plain(name), "value": name.lower()} for name in ("Low", "High")]
    select = {
        "type": "static_select",
        "action_id": "card.level",
        "options": options,
        "placeholder": _plain("Level"),
    }
    ts = await bench.say("Level", blocks=[_section("How bad?", accessory=select)])
    await message(page, ts).get_by_label("Level").select_option("high")
    assert await bench.heard() == ("card.level", "high")
    await bench.say("Somebody else speaks")
    await expect(page.get_by_test_id("message").last).to_contain_text("Somebody else speaks")
    await expect(message(page, ts).get_by_label("Level")).to_have_value("high")


async def test_reactions_and_pins_are_shown_to_all(bench: Bench) -> None:
    page = await bench.open()
    ts = await bench.say("Look here")
    await message(page, ts).hover()
    await message(page, ts).get_by_role("button", name="React with eyes").click()
    await expect(message(page, ts).get_by_role("button", name="eyes 1")).to_have_attribute(
        "aria-pressed", "true"
    )
    await message(page, ts).get_by_role("button", name="Pin to channel").click()
    await expect(page.get_by_test_id("pins")).to_contain_text("1 pinned")


async def test_a_refusal_is_said_and_what_was_typed_comes_back(bench: Bench) -> None:
    page = await bench.open()
    await page.fill("#composer", "/nothing at all")
    await page.press("#composer", "Enter")
    await expect(page.get_by_test_id("toast")).to_contain_text("/nothing is not a valid command")
    await expect(page.locator("#composer")).to_have_value("/nothing at all")


async def test_a_message_shortcut_takes_the_message_along(bench: Bench) -> None:
    page = await bench.open()
    ts = await bench.say("Worth keeping")
    await message(page, ts).hover()
    await message(page, ts).get_by_test_id("message-shortcuts").click()
    await page.get_by_role("menuitem", name="Keep this").click()
    assert await bench.heard() == ("keep", ts)


async def test_a_new_channel_is_linked_joined_and_kept_by_the_address(bench: Bench) -> None:
    page = await bench.open()
    made = await bench.slack.conversations_create(name="inc-7-lost-anchor")
    channel = made["channel"]["id"]
    await bench.say(f"See <#{channel}>")
    await page.get_by_role("log").get_by_role("button", name="#inc-7-lost-anchor").click()
    await expect(page.get_by_test_id("channel-name")).to_have_text("inc-7-lost-anchor")
    await page.locator("#footer").get_by_role("button", name="Join #inc-7-lost-anchor").click()
    await expect(page.locator("#composer")).to_be_visible()
    await page.reload()
    await expect(page.get_by_test_id("channel-name")).to_have_text("inc-7-lost-anchor")


async def test_the_apps_home_is_opened_and_shown(bench: Bench) -> None:
    page = await bench.open()
    await page.get_by_test_id("open-home").click()
    await expect(page.get_by_label("App Home").get_by_role("heading")).to_have_text("Welcome aboard")


async def test_dates_are_written_in_the_readers_own_zone(bench: Bench) -> None:
    page = await bench.open()
    write = "async (a) => (await import('/page/dates.js')).writeDate(...a)"
    at = 1_700_000_000  # 2023-11-14 22:13:20 UTC
    assert await page.evaluate(write, [at, "{date_num} {time_secs}", "UTC"]) == "2023-11-14 10:13:20 PM"
    assert await page.evaluate(write, [at, "{date} {time}", "Asia/Tokyo"]) == "November 15th, 2023 7:13 AM"
    soon = [at, "{date_short_pretty}, {ago}", "UTC", (at - 1800) * 1000]
    assert await page.evaluate(write, soon) == "Today, in 30 minutes"
    before = [at, "{date_long_pretty}, {ago}", "UTC", (at + 86_400) * 1000]
    assert await page.evaluate(write, before) == "Yesterday, 24 hours ago"


async def test_fits_a_phone(bench: Bench) -> None:
    page = await bench.open(width=360, height=740)
    await bench.say(
        "x" * 300, blocks=[_section("y" * 300, accessory=_button("A long label for a button", "card.go"))]
    )
    await expect(page.get_by_test_id("message").last).to_contain_text("yyy")
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360
    await page.get_by_role("button", name="Show the sidebar").click()
    await page.get_by_test_id("channel").filter(has_text="general").click()
    await expect(page.get_by_test_id("channel-name")).to_have_text("general")
