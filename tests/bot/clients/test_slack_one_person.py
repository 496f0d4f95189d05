import logging
import traceback
from collections.abc import Mapping
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.clients.slack import SlackWorkspace
from incidents.errors import InDoubtError, OutsideError, PermanentError, TemporaryError
from incidents.ports import Message
from tests.bot.clients.conftest import Desk, HurriedClock

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "*Hello*"}}
HOME = {"type": "home", "blocks": [SECTION]}


def _modal(title: str) -> Mapping[str, Any]:
    return {"type": "modal", "title": {"type": "plain_text", "text": title}, "blocks": [SECTION]}


def _whispers(desk: Desk, name: str) -> list[str]:
    return [one.text for one in desk.sandbox.person(name).sees("#safety-incidents") if one.ephemeral]


def _direct(desk: Desk, name: str) -> list[str]:
    """What the bot wrote to somebody directly."""
    mine = [
        one
        for one in desk.sandbox.workspace.channels.values()
        if one.kind == "im" and desk.id(name) in one.members
    ]
    return [message.text for one in mine for message in one.messages.values()]


async def test_a_member_is_told_in_the_channel_alone(desk: Desk, slack: SlackWorkspace, room: str) -> None:
    await slack.tell(desk.id("ann"), Message("Only you"), channel=room)
    assert _whispers(desk, "ann") == ["Only you"]
    assert _whispers(desk, "bob") == []
    assert _direct(desk, "ann") == []


async def test_who_is_not_in_the_channel_is_told_directly(
    desk: Desk, slack: SlackWorkspace, room: str
) -> None:
    for channel in (room, "C0NOSUCH", None):
        await slack.tell(desk.id("eli"), Message(f"From {channel}"), channel=channel)
    assert _direct(desk, "eli") == [f"From {room}", "From C0NOSUCH", "From None"]


async def test_where_the_bot_is_not_or_nobody_is_any_more_people_are_told_directly(
    desk: Desk, slack: SlackWorkspace
) -> None:
    await desk.sandbox.person("ann").create_channel("elsewhere")
    await slack.tell(desk.id("ann"), Message("one"), channel=desk.id("#elsewhere"))
    archived = await slack.create_channel("inc-1", private=False)
    desk.sandbox.workspace.channel(archived.id).is_archived = True
    await slack.tell(desk.id("ann"), Message("two"), channel=archived.id)
    assert _direct(desk, "ann") == ["one", "two"]


async def test_another_refusal_is_no_reason_to_write_directly(
    desk: Desk, slack: SlackWorkspace, room: str
) -> None:
    with pytest.raises(PermanentError) as caught:
        await slack.tell(desk.id("ann"), Message("hello", [{"type": "no such block"}]), channel=room)
    assert caught.value.code == "invalid_blocks"
    assert desk.asked("conversations.open") == 0


async def test_who_is_gone_cannot_be_told(desk: Desk, slack: SlackWorkspace) -> None:
    with pytest.raises(PermanentError) as caught:
        await slack.tell(desk.id("fay"), Message("hello"))
    assert caught.value.code == "user_disabled"


async def test_an_answer_is_seen_by_who_asked(desk: Desk, slack: SlackWorkspace) -> None:
    asked = await desk.slash("ann")
    await slack.answer(asked["response_url"], Message("<!channel> plain"))
    await slack.answer(asked["response_url"], Message("Hello", [SECTION]))
    seen = [one for one in desk.sandbox.person("ann").sees("#safety-incidents") if one.ephemeral]
    assert [one.text for one in seen] == ["&lt;!channel&gt; plain", "Hello"]
    assert seen[1].words == "*Hello*"
    assert _whispers(desk, "bob") == []


async def test_a_sixth_answer_is_refused(desk: Desk, slack: SlackWorkspace) -> None:
    url = (await desk.slash())["response_url"]
    for _ in range(5):
        await slack.answer(url, Message("hello"))
    with pytest.raises(PermanentError) as caught:
        await slack.answer(url, Message("hello"))
    assert caught.value.code == "http_404"
    assert str(caught.value) == "Slack answered 404 to a reply: used_url"


async def test_an_answer_with_a_wrong_block_says_which(desk: Desk, slack: SlackWorkspace) -> None:
    url = (await desk.slash())["response_url"]
    with pytest.raises(PermanentError, match="/blocks/0/type"):
        await slack.answer(url, Message("hello", [{"type": "no such block"}]))


async def _served(status: int, *, drop: bool = False) -> tuple[web.AppRunner, str]:
    """A server that answers with this status, or cuts the connection."""

    async def serve(request: web.Request) -> web.Response:
        if drop and request.transport:
            request.transport.abort()
        return web.Response(status=status, text="trouble")

    application = web.Application()
    application.router.add_post("/{key}", serve)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner, f"http://127.0.0.1:{runner.addresses[0][1]}/T0-secret"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (404, PermanentError),
        (410, PermanentError),
        (429, TemporaryError),
        (500, TemporaryError),
        (503, TemporaryError),
        (0, InDoubtError),
        (-1, TemporaryError),
    ],
    ids=["404", "410", "429", "500", "503", "cut", "refused"],
)
async def test_how_an_answer_fails_and_its_address_stays_secret(
    slack: SlackWorkspace, caplog: pytest.LogCaptureFixture, status: int, kind: type[OutsideError]
) -> None:
    caplog.set_level(logging.DEBUG)
    runner, url = await _served(max(status, 200), drop=status == 0)
    if status < 0:
        await runner.cleanup()
    with pytest.raises(kind) as caught:
        await slack.answer(url, Message("hello"))
    await runner.cleanup()
    said = "".join(traceback.format_exception(caught.value)) + caplog.text
    assert "T0-secret" not in said


async def test_an_answer_that_takes_too_long_is_in_doubt(desk: Desk, clock: HurriedClock) -> None:
    url = (await desk.slash())["response_url"]
    desk.sandbox.latency = 5
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=0.05)) as session:
        slack = SlackWorkspace(desk.door(clock)._client, session, clock)
        with pytest.raises(InDoubtError):
            await slack.answer(url, Message("hello"))


async def test_a_modal_is_opened_once_and_replaced(desk: Desk, slack: SlackWorkspace) -> None:
    trigger = (await desk.slash("ann"))["trigger_id"]
    view = await slack.open_modal(trigger, _modal("First"))
    opened = desk.sandbox.person("ann").view
    assert opened
    assert (opened.id, opened.title) == (view, "First")
    await slack.replace_modal(view, _modal("Second"))
    replaced = desk.sandbox.person("ann").view
    assert replaced
    assert (replaced.id, replaced.title) == (view, "Second")
    with pytest.raises(PermanentError) as caught:
        await slack.open_modal(trigger, _modal("Again"))
    assert caught.value.code == "exchanged_trigger_id"


async def test_a_modal_whose_answer_is_lost_is_not_opened_again(desk: Desk, slack: SlackWorkspace) -> None:
    desk.sandbox.faults.add(method="views.open", kind="lost_answer")
    with pytest.raises(InDoubtError):
        await slack.open_modal((await desk.slash())["trigger_id"], _modal("First"))
    assert desk.asked("views.open") == 1


async def test_a_home_is_published_for_one_person(desk: Desk, slack: SlackWorkspace) -> None:
    await slack.publish_home(desk.id("ann"), HOME)
    assert desk.sandbox.person("ann").home
    assert desk.sandbox.person("bob").home is None
