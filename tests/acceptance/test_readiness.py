"""What a platform asks of a running bot: is it alive, can it work, and how much is there to do."""

import asyncio
import re
from datetime import timedelta

import aiohttp
import pytest

from tests.acceptance.conftest import OpenTown
from tests.acceptance.town import Town
from tests.fake_clock import FakeClock
from tests.postgres import Cluster, postgres_cluster

__all__ = ["postgres_cluster"]


async def _get(town: Town, path: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as http, http.get(f"{town.cordon.address}{path}") as answer:
        return answer.status, await answer.text()


async def _figures(town: Town) -> dict[str, float]:
    """The metrics by their name with labels."""
    status, text = await _get(town, "/metrics")
    assert status == 200
    return {name: float(value) for name, value in re.findall(r"^(cordon_\S+) (\S+)$", text, re.MULTILINE)}


async def test_it_is_alive_and_ready(any_town: Town) -> None:
    assert await _get(any_town, "/healthz") == (200, "ok\n")
    assert await _get(any_town, "/readyz") == (200, "ready\n")


async def test_a_workspace_that_refuses_the_token_makes_it_unready_and_not_dead(
    slow_town: tuple[Town, FakeClock],
) -> None:
    town, clock = slow_town
    assert (await _get(town, "/readyz"))[0] == 200
    town.sandbox.faults.add(method="auth.test", kind="error", code="account_inactive", times=1)
    assert (await _get(town, "/readyz"))[0] == 200, "an answer counts for 20 s"
    await clock.advance(timedelta(seconds=21))
    assert await _get(town, "/readyz") == (503, "slack: Slack answered account_inactive to auth.test\n")
    assert (await _get(town, "/healthz"))[0] == 200
    assert (await _figures(town))["cordon_ready"] == 0
    await clock.advance(timedelta(seconds=21))
    assert (await _get(town, "/readyz"))[0] == 200


async def test_a_lost_socket_is_told(open_town: OpenTown) -> None:
    town = await open_town(transport="socket")
    await town.sandbox.stop()
    status, said = await _get(town, "/readyz")
    assert status == 503
    assert "slack: " in said


@pytest.mark.postgres
async def test_a_database_that_goes_away_is_told_until_it_is_back(
    open_town: OpenTown, postgres_cluster: Cluster
) -> None:
    town = await open_town(database_url=postgres_cluster.url)
    assert (await _get(town, "/readyz"))[0] == 200
    postgres_cluster.stop()
    try:
        status, said = await _get(town, "/readyz")
        alive, _ = await _get(town, "/healthz")
    finally:
        postgres_cluster.start()
    assert status == 503
    assert said.startswith("database: ")
    assert alive == 200
    async with asyncio.timeout(60):  # the journal looks again by itself, with growing pauses
        while (await _get(town, "/readyz"))[0] != 200:  # noqa: ASYNC110 - over HTTP there is no event
            await asyncio.sleep(0.1)


async def test_the_metrics_count_incidents_and_jobs(town: Town) -> None:
    before = await _figures(town)
    assert before["cordon_incidents_open"] == 0
    assert before["cordon_ready"] == 1
    channel = await town.declare()
    during = await _figures(town)
    assert during["cordon_incidents_open"] == 1
    assert during['cordon_jobs{state="done"}'] >= 1
    assert during['cordon_jobs{state="pending"}'] >= 1, "the timers wait"
    await town.contain(channel)
    await town.person("ann").slash(channel.id, "/incident resolve It was a drill")
    await town.cordon.idle()
    assert (await _figures(town))["cordon_incidents_open"] == 0


async def test_slacks_address_says_why_it_is_closed_in_socket_mode(open_town: OpenTown) -> None:
    town = await open_town(transport="socket")
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{town.cordon.address}/slack/events", data="x") as answer,
    ):
        assert answer.status == 404
        assert "Socket Mode" in await answer.text()


@pytest.mark.parametrize("path", ["/", "/slack/events", "/admin", "/metrics/../readyz/x"])
async def test_nothing_else_is_served(town: Town, path: str) -> None:
    assert (await _get(town, path))[0] in {404, 405}


async def test_what_is_not_text_is_refused(town: Town) -> None:
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{town.cordon.address}/slack/events", data=b"\xff\xfe") as answer,
    ):
        assert answer.status == 400
