"""A bot killed at any moment of a declaration leaves nothing undone and does nothing twice."""

import itertools
import random
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox import Call, Message
from tests.acceptance.conftest import TEAM
from tests.acceptance.picture import picture
from tests.acceptance.process import ProcessTown

_READING = ("list", "history", "info", "test", "conversations")


@pytest.fixture
async def process_town(tmp_path: Path) -> AsyncIterator[ProcessTown]:
    town = ProcessTown(tmp_path, organisation=TEAM)
    await town.open()
    yield town
    await town.close()
    print(town.logs())


def _points(calls: list[Call]) -> list[tuple[str, int]]:
    """Every call as "the n-th of this method"."""
    seen: Counter[str] = Counter()
    points = []
    for call in calls:
        seen[call.method] += 1
        points.append((call.method, seen[call.method]))
    return points


@pytest.mark.parametrize("effect", [False, True], ids=["before", "after"])
async def test_killed_at_any_call_of_a_declaration_all_is_there_once(
    process_town: ProcessTown, effect: bool
) -> None:
    town = process_town
    before = len(town.sandbox.calls)
    undisturbed = picture(town, await town.declare())
    assert len(undisturbed["phases"]) == 6
    points = [
        point
        for point in _points(town.sandbox.calls[before:])
        if not (effect and point[0].endswith(_READING))
    ]
    for number, (method, nth) in enumerate(points, start=2):
        if method.endswith(_READING):
            await town.restart()  # a fresh process asks for what this one remembers
        fault = town.sandbox.faults.add(method=method, kind="hang", nth=nth, effect=effect)
        await town.slash("declare sev1 Agent leaks customer data")
        await town.reached(fault)
        await town.kill()
        await town.start_bot()
        channel = await town.finished(number)
        assert picture(town, channel) == undisturbed, f"killed at {method} number {nth}"
    await town.check_record(len(points) + 1)
