"""Trouble to order, latency and rate limits."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import Call, Sandbox
from sandbox.faults import Kind
from sandbox.rates import Rates

Refused = Callable[[Awaitable[object]], Awaitable[str]]


def texts(sandbox: Sandbox) -> list[str]:
    return [one.text for one in sandbox.workspace.channel("#safety-incidents").messages.values()]


async def test_the_nth_call_meets_the_fault_so_many_times(
    sandbox: Sandbox, slack: AsyncWebClient, room: str, refused: Refused
) -> None:
    sandbox.faults.add(method="chat.postMessage", kind="error", code="fatal_error", nth=2, times=2)
    await slack.chat_postMessage(channel=room, text="1")
    await slack.auth_test()
    assert await refused(slack.chat_postMessage(channel=room, text="2")) == "fatal_error"
    assert await refused(slack.chat_postMessage(channel=room, text="3")) == "fatal_error"
    await slack.chat_postMessage(channel=room, text="4")
    assert texts(sandbox) == ["1", "4"]
    assert [(one.ok, one.error) for one in sandbox.calls if one.method == "chat.postMessage"] == [
        (True, None),
        (False, "fatal_error"),
        (False, "fatal_error"),
        (True, None),
    ]


async def test_a_fault_may_be_for_some_arguments_only(
    sandbox: Sandbox, slack: AsyncWebClient, room: str, refused: Refused
) -> None:
    sandbox.faults.add(kind="error", where={"channel": room})
    await slack.auth_test()
    assert await refused(slack.chat_postMessage(channel=room, text="x")) == "internal_error"


async def test_a_rate_limit_carries_retry_after(sandbox: Sandbox, slack: AsyncWebClient, room: str) -> None:
    sandbox.faults.add(method="chat.postMessage", kind="rate_limited", retry_after=7)
    with pytest.raises(SlackApiError) as caught:
        await slack.chat_postMessage(channel=room, text="x")
    assert caught.value.response.status_code == 429
    assert caught.value.response.headers["Retry-After"] == "7"
    assert texts(sandbox) == []


async def test_a_server_error_has_no_effect(sandbox: Sandbox, slack: AsyncWebClient, room: str) -> None:
    sandbox.faults.add(method="*", kind="http_500")
    with pytest.raises(SlackApiError) as caught:
        await slack.chat_postMessage(channel=room, text="x")
    assert caught.value.response.status_code == 500
    assert texts(sandbox) == []


async def test_a_lost_answer_has_its_effect(
    sandbox: Sandbox, session: aiohttp.ClientSession, room: str
) -> None:
    # the client's own retries would send the message twice
    slack = AsyncWebClient(
        token=sandbox.bot_token, base_url=sandbox.api_url, session=session, retry_handlers=[]
    )
    sandbox.faults.add(method="chat.postMessage", kind="lost_answer")
    with pytest.raises(aiohttp.ClientError):
        await slack.chat_postMessage(channel=room, text="arrived")
    assert texts(sandbox) == ["arrived"]


@pytest.mark.parametrize("effect", [True, False])
async def test_a_hanging_call_never_answers(
    sandbox: Sandbox, slack: AsyncWebClient, room: str, *, effect: bool
) -> None:
    fault = sandbox.faults.add(method="chat.postMessage", kind="hang", effect=effect)
    posting = asyncio.create_task(slack.chat_postMessage(channel=room, text="x"))
    await fault.hit.wait()
    await slack.auth_test()
    assert not posting.done()
    assert texts(sandbox) == (["x"] if effect else [])
    posting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await posting


@pytest.mark.parametrize(("kind", "meanwhile"), [("hold_before", []), ("hold_after", ["x"])])
async def test_a_held_call_waits_before_or_after_its_effect(
    sandbox: Sandbox, slack: AsyncWebClient, room: str, kind: Kind, meanwhile: list[str]
) -> None:
    fault = sandbox.faults.add(method="chat.postMessage", kind=kind)
    posting = asyncio.create_task(slack.chat_postMessage(channel=room, text="x"))
    await fault.hit.wait()
    assert texts(sandbox) == meanwhile
    assert not posting.done()
    fault.release()
    assert (await posting)["ok"]
    assert texts(sandbox) == ["x"]


async def test_stopping_lets_held_calls_go(manifest: dict[str, Any], session: aiohttp.ClientSession) -> None:
    sandbox = Sandbox(manifest=manifest)
    await sandbox.start()
    slack = AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url, session=session)
    faults = [
        sandbox.faults.add(method="auth.test", kind="hang"),
        sandbox.faults.add(method="api.test", kind="hold_before"),
    ]
    calls = [asyncio.create_task(slack.auth_test()), asyncio.create_task(slack.api_test())]
    await asyncio.gather(*(fault.hit.wait() for fault in faults))
    await sandbox.stop()
    answers = await asyncio.gather(*calls, return_exceptions=True)
    assert isinstance(answers[0], aiohttp.ClientError)


def test_a_fault_that_makes_no_sense_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="lost_answer"):
        sandbox.faults.add(kind="gremlins")  # type: ignore[arg-type]


async def test_calls_arrive_in_the_order_in_which_they_left(
    sandbox: Sandbox, slack: AsyncWebClient, room: str
) -> None:
    sandbox.latency = 0.05
    first = [asyncio.create_task(slack.chat_postMessage(channel=room, text=str(n))) for n in range(3)]
    await sandbox.until(lambda: len(sandbox.calls) == 3 or [one for one in sandbox.calls if one.ok])
    sandbox.latency = 0
    await slack.chat_postMessage(channel=room, text="late but quick")
    await asyncio.gather(*first)
    sent = [str(call.arguments["text"]) for call in sandbox.calls]
    assert texts(sandbox) == sent


class Hand:
    """A clock that a test moves by hand."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def test_tiers_count_a_minute_by_method() -> None:
    clock = Hand()
    rates = Rates(clock, enabled=True)
    assert [rates.retry_after("pins.add", 2, None) for _ in range(20)] == [None] * 20
    clock.now += 10
    assert rates.retry_after("pins.add", 2, None) == 50
    assert rates.retry_after("pins.list", 2, None) is None
    clock.now += 50
    assert rates.retry_after("pins.add", 2, None) is None


def test_messages_are_counted_by_channel() -> None:
    clock = Hand()
    rates = Rates(clock, enabled=True)
    assert [rates.retry_after("chat.postMessage", 0, "C1") for _ in range(11)] == [None] * 10 + [1]
    assert rates.retry_after("chat.postMessage", 0, "C2") is None
    clock.now += 1
    assert rates.retry_after("chat.postMessage", 0, "C1") is None
    assert Rates(clock, enabled=False).retry_after("pins.add", 2, None) is None


async def test_rate_limits_are_answered_with_429(
    manifest: dict[str, Any], session: aiohttp.ClientSession
) -> None:
    sandbox = Sandbox(manifest=manifest, rate_limits=True, clock=Hand())
    await sandbox.start()
    slack = AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url, session=session)
    for _ in range(20):
        await slack.users_list()
    with pytest.raises(SlackApiError) as caught:
        await slack.users_list()
    assert (caught.value.response.status_code, caught.value.response.headers["Retry-After"]) == (429, "60")
    last: Call = sandbox.calls[-1]
    assert (last.ok, last.error) == (False, "ratelimited")
    await sandbox.stop()
