"""Watching a metric: for as long as it was said, and not a reading longer once it is no longer good."""

from typing import Any

import pytest

from commands.base import registry
from commands.base.contract import Prepared
from incidents.containment import ActionError
from incidents.errors import NotUnderstoodError
from tests.commands.conftest import SECRETS, Around, Make, Told
from tests.commands.hurried_clock import HurriedClock
from tests.commands.outside import Outside, Reply

QUERY = 'sum(rate(violations_total{pack="a"}[5m]))'
PATH = "/api/v1/query"


def _vector(*figures: float | str) -> Reply:
    result = [{"metric": {"n": str(n)}, "value": [1, str(one)]} for n, one in enumerate(figures)]
    return Reply(json={"status": "success", "data": {"resultType": "vector", "result": result}})


@pytest.fixture
def watch(around: Around, outside: Outside) -> Make:
    """A command that watches violations for two minutes, with whatever a test changes of it."""

    def make(connection: dict[str, Any] | None = None, **changed: object) -> Prepared:
        given = {"minutes": 2, "query": QUERY, "below": 1, "every_seconds": 30} | changed
        given = {key: value for key, value in given.items() if value is not None}
        around_it = around({"prometheus": {"url": outside.url} | (connection or {})})
        return registry.prepare("wait_and_watch", given, around_it)

    return make


async def _seen(one: Prepared, told: Told) -> Any:  # noqa: ANN401 - Verification, for short
    plan = await one.command.plan(one.params)
    await one.command.execute(one.params, plan, "run-1", told)
    return await one.command.verify(one.params, plan, told)


async def test_the_plan_shows_the_reading_and_nothing_to_take_back(watch: Make, outside: Outside) -> None:
    outside.replies("POST", PATH, _vector(0.25), _vector(0.5), _vector(3))
    one = watch()
    first, second, third = [await one.command.plan(one.params) for _ in range(3)]
    assert first.warnings == ("Now: 0.25, which is good.",)
    assert third.warnings == ("Now: 3, which is NOT good: it would end at once.",)
    assert first.holds(second)
    assert not first.reversible
    with pytest.raises(ActionError, match="only watches"):
        await one.command.revert(one.params, first, "run-1", Told())


async def test_it_holds_for_all_the_time(
    watch: Make, outside: Outside, told: Told, clock: HurriedClock
) -> None:
    outside.replies("POST", PATH, _vector(0.2), _vector(0.4), _vector(0.1, 0.7), _vector(0.3))
    seen = await _seen(watch(), told)
    assert seen.verified
    assert seen.evidence == (f"{QUERY} stayed below 1 for 2 min: 5 readings, the worst 0.7, the last 0.3.",)
    assert clock.slept == [30, 30, 30, 30]
    assert told[:2] == ["0.4, below 1; 2 min left", "0.7, below 1; 1.5 min left"]
    assert told[-1] == "0.3, below 1; 30 s left"


async def test_its_return_ends_it_at_once(
    watch: Make, outside: Outside, told: Told, clock: HurriedClock
) -> None:
    outside.replies("POST", PATH, _vector(0), _vector(0), _vector(1), _vector(0))
    seen = await _seen(watch(), told)
    assert not seen.verified
    assert seen.evidence == (
        f"{QUERY} was 1 at 2026-03-01 09:00:30 UTC, and should stay below 1; watched for 30 s.",
    )
    assert clock.slept == [30]


async def test_it_may_have_to_stay_above(watch: Make, outside: Outside, told: Told) -> None:
    outside.replies("POST", PATH, _vector(5, 9), _vector(5, 9), _vector(9, 2))
    seen = await _seen(watch(below=None, above=3), told)
    assert not seen.verified
    assert "was 2 at" in seen.evidence[0]


@pytest.mark.parametrize(
    "blind",
    [
        Reply(500),
        Reply(429),
        Reply(trouble="drop"),
        Reply(text="<html>"),
        Reply(json={"data": {"resultType": "vector", "result": "x"}}),
        _vector(),
        _vector("NaN"),
    ],
)
async def test_blindness_is_borne_for_a_while_only(
    watch: Make, outside: Outside, told: Told, clock: HurriedClock, *, blind: Reply
) -> None:
    one = watch(tolerate_seconds=60)
    outside.replies("POST", PATH, _vector(0), _vector(0), blind, blind, _vector(0))
    assert (await _seen(one, told)).verified
    outside.replies("POST", PATH, _vector(0), _vector(0), blind)
    seen = await _seen(one, told)
    assert not seen.verified
    assert "could not be read for 1.5 min, since 2026-03-01 09:02:00 UTC" in seen.evidence[0]


async def test_the_end_is_not_reached_blind(watch: Make, outside: Outside, told: Told) -> None:
    outside.replies("POST", PATH, _vector(0), _vector(0), _vector(0), _vector(0), _vector(0), Reply(500))
    assert not (await _seen(watch(tolerate_seconds=999), told)).verified


async def test_no_series_can_mean_none(watch: Make, outside: Outside, told: Told) -> None:
    outside.replies("POST", PATH, _vector())
    assert (await _seen(watch(empty_is=0), told)).verified


async def test_a_scalar_is_a_figure_too(watch: Make, outside: Outside, told: Told) -> None:
    outside.replies("POST", PATH, Reply(json={"data": {"resultType": "scalar", "result": [1, "0.5"]}}))
    assert (await _seen(watch(), told)).verified


async def test_a_metrics_page_can_be_watched(watch: Make, outside: Outside, told: Told) -> None:
    pages = [Reply(text=f'bad_total{{pack="a"}} {n}\nbad_total{{pack="b"}} 9\n') for n in (0, 0, 5)]
    outside.replies("GET", "/metrics", *pages)
    seen = await _seen(watch(query=None, url=f"{outside.url}/metrics", metric='bad_total{pack="a"}'), told)
    assert not seen.verified
    assert seen.evidence[0].startswith('bad_total{pack="a"} was 5 at')


async def test_what_can_not_be_read_can_not_be_planned(watch: Make, outside: Outside) -> None:
    for reply, said in [(Reply(404), "answered 404"), (Reply(403), "403"), (_vector(), "found no series")]:
        outside.replies("POST", PATH, reply)
        one = watch()
        with pytest.raises(ActionError, match=said):
            await one.command.plan(one.params)


async def test_the_credential_is_never_told(watch: Make, outside: Outside) -> None:
    token = SECRETS["PAUSE_TOKEN"]
    outside.replies("POST", PATH, Reply(401, text=f"bad {token}"))
    one = watch({"auth": {"env": "PAUSE_TOKEN"}})
    with pytest.raises(ActionError, match="bad ‹secret›"):
        await one.command.plan(one.params)
    assert outside.asked[0].headers["Authorization"] == f"Bearer {token}"


@pytest.mark.parametrize(
    "wrong",
    [
        {"below": None},
        {"above": 1},
        {"query": None},
        {"url": "http://x/"},
        {"minutes": 0},
        {"below": float("nan")},
        {"query": None, "url": "http://x/{id}", "metric": "a"},
        {"query": None, "url": "http://x/", "metric": "a{b}"},
    ],
)
def test_wrong_parameters_are_refused(watch: Make, wrong: dict[str, object]) -> None:
    with pytest.raises(NotUnderstoodError):
        watch(**wrong)
