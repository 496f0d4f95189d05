"""The local PagerDuty answers as the real one is documented to."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import aiohttp
import pytest

from sandbox.faults import Kind
from sandbox.pagerduty import PagerDutySandbox

PAYLOAD = {"summary": "Agent leaks", "source": "prod", "severity": "critical"}
Answer = tuple[int, dict[str, Any]]
Send = Callable[..., Coroutine[None, None, Answer]]


@pytest.fixture
async def town() -> AsyncIterator[PagerDutySandbox]:
    one = PagerDutySandbox()
    await one.start()
    yield one
    await one.stop()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def send(town: PagerDutySandbox, http: aiohttp.ClientSession) -> Send:
    async def post(action: str = "trigger", key: str | None = "k", **other: object) -> Answer:
        event = {
            "routing_key": town.routing_key,
            "event_action": action,
            "dedup_key": key,
            "payload": PAYLOAD,
        }
        async with http.post(f"{town.url}/v2/enqueue", json=event | other) as answer:
            return answer.status, await answer.json()

    return post


async def test_an_event_is_accepted(town: PagerDutySandbox, send: Send) -> None:
    assert await send() == (202, {"status": "success", "message": "Event processed", "dedup_key": "k"})
    [alert] = town.alerts
    assert (alert.status, alert.summary, alert.severity, alert.urgency) == (
        "triggered",
        "Agent leaks",
        "critical",
        "high",
    )
    assert town.open_alert("k") is alert


async def test_a_key_is_made_where_none_is_given(town: PagerDutySandbox, send: Send) -> None:
    keys = {(await send(key=None))[1]["dedup_key"] for _ in range(2)}
    assert {one.dedup_key for one in town.alerts} == keys
    assert len(keys) == 2


async def test_events_of_one_key_follow_each_other(town: PagerDutySandbox, send: Send) -> None:
    for action in (
        "acknowledge",
        "resolve",
        "trigger",
        "trigger",
        "acknowledge",
        "resolve",
        "resolve",
        "trigger",
    ):
        assert (await send(action))[0] == 202
    assert [one.log for one in town.alerts] == [["trigger", "trigger", "acknowledge", "resolve"], ["trigger"]]
    assert [one["status"] for one in town.incidents] == ["resolved", "triggered"]
    assert len({one["id"] for one in town.incidents}) == 2


async def test_a_second_trigger_leaves_it_acknowledged(town: PagerDutySandbox, send: Send) -> None:
    for action in ("trigger", "acknowledge", "trigger"):
        await send(action)
    assert [one.status for one in town.alerts] == ["acknowledged"]


@pytest.mark.parametrize(("severity", "urgency"), [("error", "high"), ("warning", "low"), ("info", "low")])
async def test_urgency_follows_severity(
    town: PagerDutySandbox, send: Send, severity: str, urgency: str
) -> None:
    await send(payload=PAYLOAD | {"severity": severity})
    assert [one["urgency"] for one in town.incidents] == [urgency]


@pytest.mark.parametrize(
    ("other", "error"),
    [
        ({"routing_key": "short"}, "Length of 'routing_key' is incorrect (should be 32 characters)"),
        ({"routing_key": None}, "Length of 'routing_key' is incorrect (should be 32 characters)"),
        ({"routing_key": "0" * 32}, "Invalid routing key"),
        ({"event_action": "shout"}, "'event_action' must be one of trigger, acknowledge, resolve"),
        ({"dedup_key": "k" * 256}, "'dedup_key' is too long (maximum is 255 characters)"),
        ({"event_action": "resolve", "dedup_key": ""}, "'dedup_key' is missing or blank"),
        ({"payload": None}, "'payload' is missing or blank"),
        ({"payload": PAYLOAD | {"summary": ""}}, "'payload.summary' is missing or blank"),
        (
            {"payload": PAYLOAD | {"summary": "x" * 1025}},
            "'payload.summary' is too long (maximum is 1024 characters)",
        ),
        (
            {"payload": PAYLOAD | {"severity": "SEV1"}},
            "'payload.severity' is invalid (must be one of: critical, error, warning, info)",
        ),
    ],
)
async def test_an_event_that_makes_no_sense_is_refused(
    town: PagerDutySandbox, send: Send, other: dict[str, Any], error: str
) -> None:
    status, body = await send(**other)
    assert (status, body["status"], body["errors"]) == (400, "invalid event", [error])
    assert town.alerts == []


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff"])
async def test_what_is_no_json_object_is_refused(
    town: PagerDutySandbox, http: aiohttp.ClientSession, body: bytes
) -> None:
    async with http.post(f"{town.url}/v2/enqueue", data=body) as answer:
        assert (answer.status, (await answer.json())["errors"]) == (400, ["JSON parse error"])


async def test_an_event_over_512_kb_is_refused(town: PagerDutySandbox, http: aiohttp.ClientSession) -> None:
    async with http.post(f"{town.url}/v2/enqueue", data=b"x" * (512 * 1024 + 1)) as answer:
        assert answer.status == 413


# --- the REST API --------------------------------------------------------------------------------------


async def _read(town: PagerDutySandbox, http: aiohttp.ClientSession, path: str, key: str) -> Answer:
    headers = {"Authorization": f"Token token={key}"}
    async with http.get(town.url + path, headers=headers) as answer:
        return answer.status, await answer.json()


async def test_the_rest_api_wants_its_key(town: PagerDutySandbox, http: aiohttp.ClientSession) -> None:
    assert (await _read(town, http, "/abilities", "wrong"))[0] == 401
    assert (await _read(town, http, "/abilities", town.api_key))[0] == 200
    assert (await _read(town, http, "/nothing", town.api_key))[0] == 404


async def test_users_and_incidents_can_be_read(
    town: PagerDutySandbox, http: aiohttp.ClientSession, send: Send
) -> None:
    await send()
    _, users = await _read(town, http, "/users?query=oncall", town.api_key)
    assert [one["email"] for one in users["users"]] == ["oncall@example.com"]
    _, found = await _read(town, http, "/incidents", town.api_key)
    assert [(one["incident_key"], one["status"]) for one in found["incidents"]] == [("k", "triggered")]


# --- trouble -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "details", "status"),
    [("error", {"code": "503"}, 503), ("error", {"code": "403"}, 403), ("http_500", {}, 500)],
)
async def test_a_status_can_be_ordered(
    town: PagerDutySandbox, send: Send, kind: Kind, details: dict[str, Any], status: int
) -> None:
    town.faults.add(method="enqueue", kind=kind, **details)
    assert (await send())[0] == status
    assert town.alerts == []
    assert (await send())[0] == 202


async def test_slowing_down_can_be_ordered(town: PagerDutySandbox, http: aiohttp.ClientSession) -> None:
    town.faults.add(method="enqueue", kind="rate_limited", retry_after=9)
    async with http.post(f"{town.url}/v2/enqueue", json={}) as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (429, "9")


async def test_a_lost_answer_has_had_its_effect(town: PagerDutySandbox, send: Send) -> None:
    town.faults.add(method="enqueue", kind="lost_answer")
    with pytest.raises(aiohttp.ClientError):
        await send()
    assert len(town.alerts) == 1


@pytest.mark.parametrize(("kind", "before"), [("hold_before", 0), ("hold_after", 1)])
async def test_an_event_can_be_held(town: PagerDutySandbox, send: Send, kind: Kind, before: int) -> None:
    fault = town.faults.add(method="enqueue", kind=kind)
    sending = asyncio.create_task(send())
    await fault.hit.wait()
    assert len(town.alerts) == before
    fault.release()
    assert (await sending)[0] == 202
    assert len(town.alerts) == 1


async def test_stopping_lets_go_of_what_hangs(town: PagerDutySandbox, send: Send) -> None:
    fault = town.faults.add(method="enqueue", kind="hang")
    sending = asyncio.create_task(send())
    await fault.hit.wait()
    await town.stop()
    with pytest.raises(aiohttp.ClientError):
        await sending


async def test_a_change_can_be_waited_for(town: PagerDutySandbox, send: Send) -> None:
    waiting = asyncio.create_task(town.until(lambda: town.alerts))
    await send()
    assert len(await waiting) == 1
    with pytest.raises(TimeoutError):
        await town.until(lambda: town.alerts[1:], timeout=0.01)
