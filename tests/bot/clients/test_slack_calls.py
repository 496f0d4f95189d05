import asyncio
import logging
import socket
import traceback

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.clients.slack import SlackWorkspace
from incidents.errors import InDoubtError, OutsideError, PermanentError, TemporaryError
from incidents.ports import Message
from sandbox.faults import Kind
from tests.bot.clients.conftest import Desk, HurriedClock

LOST: list[Kind] = ["http_500", "lost_answer"]


async def _post(slack: SlackWorkspace, room: str) -> str:
    return await slack.post(room, Message("hello"), key="k")


async def test_what_slack_answers_429_to_is_asked_again_after_the_time_it_names(
    desk: Desk, slack: SlackWorkspace, clock: HurriedClock, room: str
) -> None:
    desk.sandbox.faults.add(method="chat.postMessage", kind="rate_limited", retry_after=7)
    await _post(slack, room)
    assert clock.naps == [7]
    assert desk.words(room) == ["hello"]


async def test_a_longer_wait_goes_back_to_the_caller_and_nobody_asks_meanwhile(
    desk: Desk, slack: SlackWorkspace, clock: HurriedClock, room: str
) -> None:
    desk.sandbox.faults.add(method="chat.postMessage", kind="rate_limited", retry_after=90)
    for _ in range(2):
        with pytest.raises(TemporaryError) as caught:
            await _post(slack, room)
        assert (caught.value.code, caught.value.retry_after) == ("ratelimited", 90)
    assert desk.asked("chat.postMessage") == 1
    assert clock.naps == []
    await clock.sleep(90)
    await _post(slack, room)
    assert desk.words(room) == ["hello"]


async def test_a_pause_is_for_its_channel_and_method_alone(
    desk: Desk, slack: SlackWorkspace, clock: HurriedClock, room: str
) -> None:
    desk.sandbox.faults.add(method="chat.postMessage", kind="rate_limited", retry_after=90)
    with pytest.raises(TemporaryError):
        await _post(slack, room)
    other = await slack.create_channel("inc-1", private=False)
    await _post(slack, other.id)
    await slack.set_topic(room, "A topic")
    assert clock.naps == []


async def test_all_who_wait_for_a_pause_come_through(desk: Desk, slack: SlackWorkspace, room: str) -> None:
    desk.sandbox.faults.add(method="conversations.setTopic", kind="rate_limited", times=3, retry_after=2)
    await asyncio.gather(*(slack.set_topic(room, f"Topic {number}") for number in range(3)))
    assert desk.sandbox.workspace.channel(room).topic.startswith("Topic ")
    assert desk.asked("conversations.setTopic") == 6


async def test_endless_429_ends(desk: Desk, slack: SlackWorkspace, room: str) -> None:
    desk.sandbox.faults.add(method="chat.postMessage", kind="rate_limited", times=99, retry_after=1)
    with pytest.raises(TemporaryError, match="ratelimited"):
        await _post(slack, room)
    assert desk.asked("chat.postMessage") == 4
    assert desk.words(room) == []


@pytest.mark.parametrize("kind", LOST)
async def test_an_unsafe_call_without_an_answer_is_in_doubt_and_not_repeated(
    desk: Desk, slack: SlackWorkspace, room: str, kind: Kind
) -> None:
    desk.sandbox.faults.add(method="chat.postMessage", kind=kind)
    with pytest.raises(InDoubtError):
        await _post(slack, room)
    assert desk.asked("chat.postMessage") == 1
    assert desk.words(room) == (["hello"] if kind == "lost_answer" else [])


@pytest.mark.parametrize("kind", LOST)
async def test_a_safe_call_without_an_answer_is_repeated(
    desk: Desk, slack: SlackWorkspace, room: str, clock: HurriedClock, kind: Kind
) -> None:
    desk.sandbox.faults.add(method="conversations.setTopic", kind=kind, times=2)
    await slack.set_topic(room, "New")
    assert desk.sandbox.workspace.channel(room).topic == "New"
    assert desk.asked("conversations.setTopic") == 3
    assert clock.naps == [0.5, 1]


@pytest.mark.parametrize("kind", LOST)
async def test_a_safe_call_that_stays_without_an_answer_is_temporary(
    desk: Desk, slack: SlackWorkspace, room: str, kind: Kind
) -> None:
    desk.sandbox.faults.add(method="conversations.setTopic", kind=kind, times=99)
    with pytest.raises(TemporaryError):
        await slack.set_topic(room, "New")
    assert desk.asked("conversations.setTopic") == 4


@pytest.mark.parametrize(("safe", "kind"), [(False, InDoubtError), (True, TemporaryError)])
async def test_an_answer_that_never_comes_is_not_waited_for(
    desk: Desk, clock: HurriedClock, room: str, *, safe: bool, kind: type[OutsideError]
) -> None:
    desk.sandbox.faults.add(kind="hang", times=99)
    timeout = aiohttp.ClientTimeout(total=0.05)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        client = AsyncWebClient(
            token=desk.sandbox.bot_token, base_url=desk.sandbox.api_url, session=session, retry_handlers=[]
        )
        slack = SlackWorkspace(client, session, clock)
        with pytest.raises(kind) as caught:
            await (slack.set_topic(room, "New") if safe else _post(slack, room))
    assert caught.value.code == "timeout"


@pytest.mark.parametrize("code", ["internal_error", "fatal_error"])
async def test_slacks_own_failure_may_have_come_after_the_effect(
    desk: Desk, slack: SlackWorkspace, room: str, code: str
) -> None:
    desk.sandbox.faults.add(method="chat.postMessage", kind="error", code=code)
    with pytest.raises(InDoubtError) as caught:
        await _post(slack, room)
    assert caught.value.code == code


@pytest.mark.parametrize("code", ["service_unavailable", "ratelimited", "request_timeout"])
async def test_what_slack_did_not_even_try_is_asked_again(
    desk: Desk, slack: SlackWorkspace, room: str, clock: HurriedClock, code: str
) -> None:
    desk.sandbox.faults.add(method="chat.postMessage", kind="error", code=code)
    await _post(slack, room)
    assert desk.words(room) == ["hello"]
    assert clock.naps == [1]


async def test_a_refusal_is_permanent_and_says_why(desk: Desk, slack: SlackWorkspace) -> None:
    with pytest.raises(PermanentError) as caught:
        await _post(slack, "C0NOSUCH")
    assert caught.value.code == "channel_not_found"
    assert str(caught.value) == "Slack answered channel_not_found to chat.postMessage"
    assert desk.asked("chat.postMessage") == 1


async def test_a_refusal_notes_which_block_is_wrong(slack: SlackWorkspace, room: str) -> None:
    wrong = Message("hello", [{"type": "section", "text": {"type": "mrkdwn", "text": ""}}])
    with pytest.raises(PermanentError) as caught:
        await slack.post(room, wrong, key="k")
    assert caught.value.code == "invalid_blocks"
    assert any("/blocks/0/text/text" in note for note in caught.value.__notes__)


async def test_a_slack_that_is_not_there_is_temporary_even_for_unsafe_calls(
    desk: Desk, clock: HurriedClock
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    slack = desk.door(clock, url=f"http://127.0.0.1:{port}/api/")
    with pytest.raises(TemporaryError) as caught:
        await _post(slack, "C1")
    assert caught.value.code == "ClientConnectorError"
    assert clock.naps == [0.5, 1, 2]


@pytest.mark.parametrize("kind", ["http_500", "lost_answer", "error", "rate_limited"])
async def test_no_secret_stands_in_an_error_or_in_the_log(
    desk: Desk, slack: SlackWorkspace, room: str, caplog: pytest.LogCaptureFixture, kind: Kind
) -> None:
    caplog.set_level(logging.DEBUG)
    desk.sandbox.faults.add(kind=kind, times=99, code="invalid_auth", retry_after=60)
    said = []
    calls = (lambda: _post(slack, room), lambda: slack.set_topic(room, "New"), slack.identify)
    for call in calls:
        with pytest.raises(OutsideError) as caught:
            await call()
        assert caught.value.__cause__ is None
        assert caught.value.__suppress_context__ or caught.value.__context__ is None
        said += [repr(caught.value), *traceback.format_exception(caught.value)]
    log = "".join(record.getMessage() for record in caplog.records)
    assert desk.sandbox.bot_token not in "".join(said) + log
