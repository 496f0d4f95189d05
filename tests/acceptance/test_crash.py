"""A bot killed at any moment of a declaration leaves nothing undone and does nothing twice."""

import random
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox import Call
from tests.acceptance.conftest import UNASKED
from tests.acceptance.picture import picture
from tests.acceptance.process import ProcessTown
from tests.acceptance.town import COMMON

BEFORE_AND_AFTER = pytest.mark.parametrize("effect", [False, True], ids=["before", "after"])
"""Killed when the call has arrived, or when its effect is there and its answer is not."""

_GREETING = {"auth.test", "users.list"}
"""Calls of a bot that has just started: at them nothing has been declared yet, and nobody told that it is."""

_READING = ("list", "history", "info", "test", "conversations")


@pytest.fixture
async def process_town(tmp_path: Path) -> AsyncIterator[ProcessTown]:
    town = ProcessTown(tmp_path, organisation=UNASKED)
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


@BEFORE_AND_AFTER
async def test_killed_at_any_call_of_a_declaration_all_is_there_once(
    process_town: ProcessTown,
    *,
    effect: bool,
) -> None:
    town = process_town
    await town.greeted()
    before = len(town.sandbox.calls)
    undisturbed = picture(town, await town.declare())
    assert len(undisturbed["phases"]) == 6
    points = [
        point
        for point in _points(town.sandbox.calls[before:])
        if point[0] not in _GREETING and not (effect and point[0].endswith(_READING))
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


@pytest.mark.parametrize("seed", [1])
async def test_killed_at_moments_of_no_meaning_all_is_there_once(
    process_town: ProcessTown, seed: int
) -> None:
    town, moments = process_town, random.Random(seed)
    undisturbed = picture(town, await town.declare())
    for number in range(2, 7):
        calls, more = len(town.sandbox.calls), moments.randint(1, 18)
        await town.slash("declare sev1 Agent leaks customer data")
        await town.called(calls + more)
        await town.kill()
        await town.start_bot()
        channel = await town.finished(number)
        assert picture(town, channel) == undisturbed, f"killed after {more} calls"
    await town.check_record(6)


@BEFORE_AND_AFTER
async def test_killed_while_an_update_and_a_resolution_are_posted_each_is_there_once(
    process_town: ProcessTown,
    *,
    effect: bool,
) -> None:
    town = process_town
    channel = await town.declare()
    for words, said in (
        ("update All agents are off", "Update on INC-1"),
        ("resolve Keys rotated", "Resolved: INC-1"),
    ):
        if words.startswith("resolve"):
            await town.slash("verify 0 violations in 10 min", channel=channel.id)
            await town.settled()
        fault = town.sandbox.faults.add(method="chat.postMessage", kind="hang", effect=effect)
        await town.slash(words, channel=channel.id)
        await town.reached(fault)
        await town.kill()
        await town.start_bot()
        await town.settled()
        assert said in town.message(channel, said).words, "exactly one message says it"
    assert "✅ Resolved" in channel.topic
    assert "✅ Resolved" in town.message(COMMON, "INC-1").words
    await town.check_record(1)


@BEFORE_AND_AFTER
async def test_killed_while_a_press_is_shown_the_state_is_shown_in_the_end(
    process_town: ProcessTown,
    *,
    effect: bool,
) -> None:
    town, ann = process_town, process_town.person("ann")
    channel = await town.declare()
    fault = town.sandbox.faults.add(method="chat.update", kind="hang", effect=effect)
    message = town.message(channel, "*6 · Follow-up*")
    await ann.click(message, "checklist.move", block_id=message.blocks[1]["block_id"])
    await town.reached(fault)
    await town.kill()
    await town.start_bot()
    await town.settled()
    shown = town.message(channel, "*6 · Follow-up*").words
    assert f"done by <@{ann.id}>" in shown
    assert "1/6" in shown
    assert "Follow-up 1/6" in town.message(COMMON, "INC-1").words
