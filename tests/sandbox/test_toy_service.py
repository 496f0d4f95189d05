"""The toy service does harm by the clock until it is contained, in each of its ways, and again when it is let go."""

from collections.abc import AsyncIterator
from functools import partial

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from sandbox.kubernetes_answers import Json
from sandbox.kubernetes_kinds import DEPLOYMENT, HTTP_ROUTE
from sandbox.toy_service import ToyService
from sandbox.toy_violations import Violations


class Seconds:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
async def toy(seconds: Seconds) -> AsyncIterator[ToyService]:
    async with ToyService(now=seconds) as one:
        yield one


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


def rise(toy: ToyService, seconds: Seconds, by: float = 10) -> float:
    """How much the counter rises in this time."""
    before = toy.violations.total
    seconds.now += by
    return toy.violations.total - before


def scale(toy: ToyService, replicas: int) -> None:
    agent = toy.cluster.store.get(DEPLOYMENT, "prod", "agent-prod")
    toy.cluster.store.change(DEPLOYMENT, agent, lambda one: one["spec"].update(replicas=replicas))


def agents_are(toy: ToyService, replicas: int) -> bool:
    return toy.state()["agent_replicas_running"] == replicas


async def ask(http: aiohttp.ClientSession, toy: ToyService, verb: str, body: object) -> tuple[int, Json]:
    headers = {"Authorization": f"Bearer {toy.environment()['TOY_SERVICE_TOKEN']}"}
    async with http.post(f"{toy.url}/conversations/{verb}", json=body, headers=headers) as answer:
        return answer.status, await answer.json()


async def read(http: aiohttp.ClientSession, toy: ToyService, path: str) -> Json:
    async with http.get(f"{toy.url}{path}") as answer:
        found: Json = await answer.json()
        return found


async def switch(http: aiohttp.ClientSession, toy: ToyService, state: str) -> None:
    path = "projects/default/features/agent-tools/environments/production"
    token = {"Authorization": toy.environment()["TOY_FLAGS_TOKEN"]}
    async with http.post(f"{toy.flags.url}/api/admin/{path}/{state}", headers=token) as answer:
        assert answer.status == 200


async def test_it_starts_with_six_bad_agents_and_nothing_counted(toy: ToyService, seconds: Seconds) -> None:
    assert toy.state() == {
        "safety_violations_total": 0,
        "safety_violations_per_minute": 720,
        "agent_replicas_running": 6,
        "agent_traffic_share": 1,
        "agent_tools_enabled": True,
        "conversations_open": 12,
    }
    assert rise(toy, seconds) == 120


async def test_fewer_agents_do_less_and_none_do_nothing(toy: ToyService, seconds: Seconds) -> None:
    for replicas, harm in ((2, 40), (0, 0), (6, 120)):
        scale(toy, replicas)
        await toy.cluster.until(partial(agents_are, toy, replicas))
        assert rise(toy, seconds) == harm


async def test_the_flag_stops_it_and_lets_it_go_on(
    toy: ToyService, seconds: Seconds, http: aiohttp.ClientSession
) -> None:
    seconds.now += 5
    await switch(http, toy, "off")
    seconds.now += 100
    assert toy.violations.total == 60
    assert rise(toy, seconds) == 0
    await switch(http, toy, "on")
    assert rise(toy, seconds) == 120


async def test_the_traffic_s_share_counts(toy: ToyService, seconds: Seconds) -> None:
    route = toy.cluster.store.get(HTTP_ROUTE, "prod", "chat")
    for agent, baseline, harm in ((25, 75, 30), (0, 100, 0)):

        def shift(one: Json, weights: tuple[int, int] = (agent, baseline)) -> None:
            for backend, weight in zip(one["spec"]["rules"][0]["backendRefs"], weights, strict=True):
                backend["weight"] = weight

        toy.cluster.store.change(HTTP_ROUTE, route, shift)
        assert rise(toy, seconds) == harm


async def test_the_version_of_before_does_no_harm(toy: ToyService, seconds: Seconds) -> None:
    agent = toy.cluster.store.get(DEPLOYMENT, "prod", "agent-prod")

    def go_back(one: Json) -> None:
        one["spec"]["template"]["spec"]["containers"][0]["image"] = "agent:1"

    toy.cluster.store.change(DEPLOYMENT, agent, go_back)
    await toy.cluster.until(lambda: toy.violations.per_minute == 0)
    assert rise(toy, seconds) == 0


async def test_conversations_are_paused_by_id_and_all_together(
    toy: ToyService, seconds: Seconds, http: aiohttp.ClientSession
) -> None:
    some = {"ids": ["c-1", "c-2", "c-3"], "reason": "leak"}
    assert await ask(http, toy, "pause", some) == (200, {"open": 9, "paused": 3})
    assert await read(http, toy, "/conversations/c-2") == {"id": "c-2", "state": "paused", "reason": "leak"}
    assert rise(toy, seconds) == 90
    assert await ask(http, toy, "pause", {"all": True}) == (200, {"open": 0, "paused": 12})
    assert rise(toy, seconds) == 0
    assert await ask(http, toy, "resume", {"all": True, "reason": "fixed"}) == (
        200,
        {"open": 12, "paused": 0},
    )
    assert rise(toy, seconds) == 120
    assert (await read(http, toy, "/conversations"))["conversations"][1]["reason"] == ""


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ([], 400),
        ({"ids": []}, 400),
        ({"ids": "c-1"}, 400),
        ({"ids": [1]}, 400),
        ({"ids": ["c-1"], "all": True}, 400),
        ({"all": "yes"}, 400),
        ({"all": True, "reason": 1}, 400),
        ({"ids": ["c-1", "c-99"]}, 404),
    ],
)
async def test_what_is_not_understood_pauses_nothing(
    toy: ToyService, http: aiohttp.ClientSession, body: object, status: int
) -> None:
    assert (await ask(http, toy, "pause", body))[0] == status
    assert toy.conversations.open == 12


async def test_who_has_no_token_pauses_nothing(toy: ToyService, http: aiohttp.ClientSession) -> None:
    async with http.post(f"{toy.url}/conversations/pause", json={"all": True}) as answer:
        assert answer.status == 401
    assert toy.conversations.open == 12


async def test_its_metrics_and_its_page_can_be_read(
    toy: ToyService, seconds: Seconds, http: aiohttp.ClientSession
) -> None:
    seconds.now += 2
    async with http.get(f"{toy.url}/metrics") as answer:
        families = list(text_string_to_metric_families(await answer.text()))
    figures = {sample.name: sample.value for family in families for sample in family.samples}
    assert figures["safety_violations_total"] == 24
    assert figures["safety_violations_per_minute"] == 720
    assert (await read(http, toy, "/state"))["safety_violations_total"] == 24
    async with http.get(toy.url) as answer:
        assert "text/html" in answer.headers["Content-Type"]
        assert "/state" in await answer.text()


async def test_connections_name_secrets_and_hold_none(toy: ToyService) -> None:
    told = f"{toy.connections()} {toy.actions()}"
    assert not [value for value in toy.environment().values() if value in told]


async def test_nothing_is_left_behind_when_it_stops(seconds: Seconds, http: aiohttp.ClientSession) -> None:
    async with ToyService(now=seconds) as toy:
        pass
    with pytest.raises(aiohttp.ClientConnectorError):
        await http.get(toy.url)


def test_the_counter_is_exact_across_changes(seconds: Seconds) -> None:
    agents = [3.0]
    counter = Violations(seconds, lambda: agents[0])
    seconds.now = 100
    counter.begin()
    seconds.now = 101
    agents[0] = 0.5
    counter.settle()
    seconds.now = 103
    assert (counter.total, counter.per_minute) == (8, 60)
