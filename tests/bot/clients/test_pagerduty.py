"""The door to PagerDuty, against a local PagerDuty over HTTP."""

import asyncio
import json
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web
from pydantic import SecretStr

from bot.clients.pagerduty import PagerDuty, PagerDutyAccess, Patience
from incidents.errors import OutsideError, PermanentError, TemporaryError
from incidents.paging import Page, PageSeverity
from sandbox.faults import Kind
from sandbox.pagerduty import PagerDutySandbox

PAGE = Page(
    dedup_key="cordon:T1:INC-1",
    summary="SEV1 · INC-1 · Agent leaks customer data",
    severity=PageSeverity.CRITICAL,
    link="https://example.slack.com/archives/C1",
    details={"commander": "nobody yet"},
)
HASTY = Patience(connect=0.2, read=0.2, deadline=0.3)
Door = Callable[..., PagerDuty]


@pytest.fixture
async def town(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[PagerDutySandbox]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    one = PagerDutySandbox()
    await one.start()
    yield one
    await one.stop()


@pytest.fixture
def access(town: PagerDutySandbox) -> PagerDutyAccess:
    return PagerDutyAccess(
        SecretStr(town.routing_key), SecretStr(town.api_key), "oncall@example.com", town.url, town.url
    )


@pytest.fixture
def door(access: PagerDutyAccess) -> Iterator[Door]:
    opened: list[PagerDuty] = []

    def make(patience: Patience | None = None, **other: object) -> PagerDuty:
        opened.append(PagerDuty(replace(access, **other), patience))  # type: ignore[arg-type]
        return opened[-1]

    yield make
    for one in opened:
        one.close()


async def _failure(work: Awaitable[object]) -> OutsideError:
    with pytest.raises(OutsideError) as caught:
        await work
    return caught.value


# --- what it does --------------------------------------------------------------------------------------


async def test_a_page_reaches_pagerduty_with_all_it_says(town: PagerDutySandbox, door: Door) -> None:
    await door().trigger(PAGE)
    [alert] = town.alerts
    assert (alert.dedup_key, alert.summary, alert.severity, alert.urgency) == (
        PAGE.dedup_key,
        PAGE.summary,
        "critical",
        "high",
    )
    assert alert.payload["source"] == "Cordon"
    assert alert.payload["custom_details"] == {"commander": "nobody yet"}
    assert alert.links == [{"href": PAGE.link, "text": "Open in Slack"}]


async def test_the_same_key_is_one_alert_and_ends_acknowledged_and_resolved(
    town: PagerDutySandbox, door: Door
) -> None:
    pager = door()
    for _ in range(3):
        await pager.trigger(PAGE)
    await pager.acknowledge(PAGE.dedup_key)
    assert [one["status"] for one in town.incidents] == ["acknowledged"]
    await pager.resolve(PAGE.dedup_key)
    [alert] = town.alerts
    assert alert.log == ["trigger", "trigger", "trigger", "acknowledge", "resolve"]
    assert alert.status == "resolved"


async def test_a_page_after_the_resolution_is_a_new_alert(town: PagerDutySandbox, door: Door) -> None:
    pager = door()
    await pager.trigger(PAGE)
    await pager.resolve(PAGE.dedup_key)
    await pager.trigger(PAGE)
    assert [one.status for one in town.alerts] == ["resolved", "triggered"]


async def test_acknowledging_and_resolving_nothing_does_nothing(town: PagerDutySandbox, door: Door) -> None:
    await door().acknowledge("nothing")
    await door().resolve("nothing")
    assert town.alerts == []


@pytest.mark.parametrize(
    "title",
    [
        "Модель утекла 🔥 数据泄露",
        '"}, "routing_key": "x", {"',
        "<script>alert(1)</script> & ${jndi:ldap://x}",
        "line\r\nX-Injected: yes\x00\x1b[2J",
        "\ud800 half a character",
        "a" * 5000,
    ],
)
async def test_whatever_the_title_it_arrives_as_one_line(
    town: PagerDutySandbox, door: Door, title: str
) -> None:
    page = Page(dedup_key="k", summary=title, severity=PageSeverity.WARNING)
    await door().trigger(page)
    [alert] = town.alerts
    assert alert.summary == page.summary
    assert 0 < len(alert.summary) <= 1024
    assert alert.summary.isprintable()
    assert "X-Injected" not in town.asked[0].headers
    assert alert.urgency == "low"


@pytest.mark.parametrize("ending", ["", "/", "/v2/enqueue", "/v2/enqueue/"])
async def test_the_events_address_may_be_written_in_each_usual_way(
    town: PagerDutySandbox, door: Door, ending: str
) -> None:
    await door(events_url=town.url + ending).trigger(PAGE)
    assert len(town.alerts) == 1


# --- what PagerDuty answers ----------------------------------------------------------------------------


@pytest.mark.parametrize("status", [500, 502, 503, 504, 599, 408])
async def test_trouble_of_its_own_is_worth_another_try(
    town: PagerDutySandbox, door: Door, status: int
) -> None:
    town.faults.add(method="enqueue", kind="error", code=str(status))
    pager = door()
    error = await _failure(pager.trigger(PAGE))
    assert isinstance(error, TemporaryError)
    assert (error.service, error.code, error.retry_after) == ("PagerDuty", f"http_{status}", 0)
    assert len(town.asked) == 1
    await pager.trigger(PAGE)
    assert len(town.alerts) == 1


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 413])
async def test_a_refusal_is_final(town: PagerDutySandbox, door: Door, status: int) -> None:
    town.faults.add(method="enqueue", kind="error", code=str(status))
    error = await _failure(door().trigger(PAGE))
    assert isinstance(error, PermanentError)
    assert error.code == f"http_{status}"
    assert len(town.asked) == 1


@pytest.mark.parametrize(("asked_for", "given"), [(0, 0), (7, 7), (86400, 60)])
async def test_too_many_is_told_at_once_with_the_time_to_wait(
    town: PagerDutySandbox, door: Door, asked_for: int, given: float
) -> None:
    town.faults.add(method="enqueue", kind="rate_limited", retry_after=asked_for)
    error = await _failure(door().trigger(PAGE))
    assert isinstance(error, TemporaryError)
    assert (error.code, error.retry_after) == ("http_429", given)
    assert len(town.asked) == 1


async def test_what_pagerduty_finds_wrong_with_an_event_is_told(town: PagerDutySandbox, door: Door) -> None:
    error = await _failure(door(routing_key=SecretStr("short")).trigger(PAGE))
    assert isinstance(error, PermanentError)
    assert "Length of 'routing_key' is incorrect" in str(error)
    assert town.alerts == []


async def test_an_unknown_routing_key_is_refused(town: PagerDutySandbox, door: Door) -> None:
    error = await _failure(door(routing_key=SecretStr("0" * 32)).trigger(PAGE))
    assert isinstance(error, PermanentError)
    assert "Invalid routing key" in str(error)
    assert town.alerts == []


# --- slow, silent, gone --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["hang", "hold_before"])
async def test_silence_ends_by_itself(town: PagerDutySandbox, door: Door, kind: Kind) -> None:
    fault = town.faults.add(method="enqueue", kind=kind)
    error = await _failure(door(HASTY).trigger(PAGE))
    assert isinstance(error, TemporaryError)
    assert fault.hit.is_set()


async def test_a_slow_answer_is_waited_for(town: PagerDutySandbox, door: Door) -> None:
    town.faults.add(method="enqueue", kind="slow", seconds=0.05)
    await door().trigger(PAGE)
    assert len(town.alerts) == 1


async def test_an_answer_in_crumbs_is_not_waited_for_without_end() -> None:
    over = asyncio.Event()

    async def serve(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=202)
        await response.prepare(request)
        while not over.is_set() and request.transport is not None:
            await response.write(b" ")
            await asyncio.sleep(0.02)
        return response

    application = web.Application()
    application.router.add_post("/v2/enqueue", serve)
    async with _served(application) as url:
        pager = PagerDuty(PagerDutyAccess(SecretStr("0" * 32), events_url=url), HASTY)
        error = await _failure(pager.trigger(PAGE))
        over.set()
        pager.close()
    assert isinstance(error, TemporaryError)
    assert error.code == "timeout"


async def test_a_lost_answer_is_repeated_without_a_second_alert(town: PagerDutySandbox, door: Door) -> None:
    town.faults.add(method="enqueue", kind="lost_answer")
    pager = door()
    error = await _failure(pager.trigger(PAGE))
    assert isinstance(error, TemporaryError)
    assert "Sending it again is safe" in error.__notes__[0]
    assert len(town.alerts) == 1
    await pager.trigger(PAGE)
    assert len(town.alerts) == 1


async def test_nobody_there_is_worth_another_try(door: Door) -> None:
    with socket.socket() as taken:  # bound, not listening: every connection is refused
        taken.bind(("127.0.0.1", 0))
        error = await _failure(door(events_url=f"http://127.0.0.1:{taken.getsockname()[1]}").trigger(PAGE))
    assert isinstance(error, TemporaryError)
    assert error.code == "ConnectionError"


@pytest.mark.parametrize("address", ["nonsense", "http://", "http://[", "ftp://127.0.0.1"])
async def test_an_address_that_is_none_is_final(door: Door, address: str) -> None:
    error = await _failure(door(events_url=address).trigger(PAGE))
    assert isinstance(error, PermanentError)
    assert "PAGERDUTY_EVENTS_URL" in str(error)


async def test_a_key_that_fits_no_header_is_final(door: Door) -> None:
    error = await _failure(door(api_key=SecretStr("ключ")).look_up("/abilities"))
    assert isinstance(error, PermanentError)
    assert "ключ" not in str(error)


async def test_a_page_of_another_kind_is_not_success(door: Door) -> None:
    async def serve(_: web.Request) -> web.Response:
        return web.Response(text="<html>Please log in</html>", content_type="text/html")

    application = web.Application()
    application.router.add_post("/v2/enqueue", serve)
    async with _served(application) as url:
        error = await _failure(door(events_url=url).trigger(PAGE))
    assert isinstance(error, TemporaryError)
    assert error.code == "strange_answer"


async def test_a_redirection_is_not_followed(town: PagerDutySandbox, door: Door) -> None:
    async def serve(_: web.Request) -> web.Response:
        raise web.HTTPTemporaryRedirect(f"{town.url}/v2/enqueue")

    application = web.Application()
    application.router.add_post("/v2/enqueue", serve)
    async with _served(application) as url:
        error = await _failure(door(events_url=url).trigger(PAGE))
    assert isinstance(error, PermanentError)
    assert error.code == "http_307"
    assert town.asked == []


async def test_a_netrc_file_does_not_replace_the_key(
    town: PagerDutySandbox, door: Door, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password other\n")
    monkeypatch.setenv("NETRC", str(netrc))
    assert "urgencies" in (await door().look_up("/abilities"))["abilities"]
    assert town.asked[0].headers["Authorization"] == f"Token token={town.api_key}"


# --- side by side --------------------------------------------------------------------------------------


async def test_a_held_page_delays_neither_the_loop_nor_other_pages(
    town: PagerDutySandbox, door: Door
) -> None:
    held = town.faults.add(method="enqueue", kind="hold_before")
    pager = door()
    first = asyncio.create_task(pager.trigger(PAGE))
    await held.hit.wait()
    await pager.trigger(PAGE.model_copy(update={"dedup_key": "other"}))
    await asyncio.to_thread(lambda: None)
    assert [one.dedup_key for one in town.alerts] == ["other"]
    held.release()
    await first
    assert len(town.alerts) == 2


async def test_a_resolution_does_not_overtake_its_own_page(town: PagerDutySandbox, door: Door) -> None:
    held = town.faults.add(method="enqueue", kind="hold_before")
    pager = door()
    paging = asyncio.create_task(pager.trigger(PAGE))
    await held.hit.wait()
    over = asyncio.create_task(pager.resolve(PAGE.dedup_key))
    await asyncio.sleep(0)  # the resolution has begun
    await pager.resolve("other")  # and would have arrived by now
    held.release()
    await asyncio.gather(paging, over)
    assert [one.log for one in town.alerts] == [["trigger", "resolve"]]


async def test_a_closed_door_says_so(door: Door) -> None:
    pager = door()
    pager.close()
    error = await _failure(pager.trigger(PAGE))
    assert isinstance(error, TemporaryError)
    assert error.code == "closed"


# --- secrets -------------------------------------------------------------------------------------------


async def test_no_key_shows_in_errors_logs_or_descriptions(
    town: PagerDutySandbox, door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    asked = asyncio.Queue[str]()

    async def echo(request: web.Request) -> web.Response:
        said = await request.text() + request.headers.get("Authorization", "")
        await asked.put(said)
        errors = [said, said.upper()]
        return web.json_response(
            {"message": said, "errors": errors}, status=int(request.match_info["status"])
        )

    application = web.Application()
    application.router.add_route("*", "/{status}/{rest:.*}", echo)
    shown = [repr(door()), repr(door()._access)]
    async with _served(application) as url:
        for status in (400, 401, 403, 429, 500):
            pager = door(events_url=f"{url}/{status}", api_url=f"{url}/{status}")
            calls = (pager.trigger(PAGE), pager.resolve("k"), pager.look_up("/abilities"))
            shown += [_everything(await _failure(call)) for call in calls]
    await door().look_up("/abilities")
    town.faults.add(method="enqueue", kind="lost_answer")
    shown.append(_everything(await _failure(door().trigger(PAGE))))
    assert {record.name.partition(".")[0] for record in caplog.records} >= {"pdpyras", "urllib3"}
    shown += [f"{record.getMessage()} {record.__dict__}" for record in caplog.records]
    seen = [await asked.get() for _ in range(asked.qsize())]
    assert sum(town.routing_key in said for said in seen) == 10, "the server does see the key"
    assert sum(town.api_key in said for said in seen) == 5
    for secret in (town.routing_key, town.api_key, town.api_key[-4:] + " ", town.routing_key[-8:]):
        assert not [text for text in shown if secret.casefold() in text.casefold()]


def _everything(error: BaseException) -> str:
    """All texts of an error and of what led to it; none of its frames holds the request."""
    assert error.__cause__ is None
    frames, trace = [], error.__traceback__
    while trace is not None:
        frames.append(trace.tb_frame.f_code.co_filename)
        trace = trace.tb_next
    assert not [name for name in frames if "pdpyras" in name or "requests" in name]
    notes = getattr(error, "__notes__", [])
    return json.dumps([str(error), repr(error), repr(error.__context__), notes, repr(vars(error))])


@asynccontextmanager
async def _served(application: web.Application) -> AsyncIterator[str]:
    """A web server of a test's own on a free port, gone at the end."""
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
