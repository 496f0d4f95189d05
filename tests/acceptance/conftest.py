"""Fixtures of the acceptance tests: a town for every test, over HTTP unless it says otherwise."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from bot.organisation import Organisation
from tests.acceptance.town import Town
from tests.fake_clock import FakeClock

OpenTown = Callable[..., Awaitable[Town]]

TEAM = Organisation.model_validate(
    {
        "severities": [
            {**level.model_dump(), "invite": ["@oncall"] if level.key in {"SEV0", "SEV1"} else []}
            for level in Organisation().severities
        ]
    }
)

UNASKED = Organisation.model_validate({**TEAM.model_dump(), "declaring": {"ask_about_duplicates": False}})
"""For tests that declare the same incident again and again."""


@pytest.fixture
async def open_town(tmp_path: Path) -> AsyncIterator[OpenTown]:
    """Opens towns, and closes them at the end."""
    towns: list[Town] = []

    async def opened(**choices: Any) -> Town:  # noqa: ANN401 - Town's own fields
        folder = tmp_path / f"town-{len(towns)}"
        folder.mkdir()
        town = Town(folder, **{"organisation": TEAM, **choices})
        towns.append(town)
        return await town.open()

    yield opened
    for town in towns:
        await town.close()


@pytest.fixture
async def town(open_town: OpenTown) -> Town:
    return await open_town()


@pytest.fixture(params=["http", "socket"])
async def any_town(request: pytest.FixtureRequest, open_town: OpenTown) -> Town:
    """A town for each of the two ways in which Slack's traffic comes."""
    return await open_town(transport=request.param)


@pytest.fixture
async def slow_town(open_town: OpenTown) -> tuple[Town, FakeClock]:
    """A town whose time the test moves."""
    clock = FakeClock(lets_work_end=True)
    town = await open_town(clock=clock)
    clock.settle_with(town.cordon.idle)
    return town, clock
