"""Two bots on one PostgreSQL: what one begins and leaves, the other ends; together they lose nothing."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.organisation import Journal
from tests.acceptance.conftest import UNASKED
from tests.acceptance.picture import picture
from tests.acceptance.process import ProcessTown
from tests.acceptance.town import COMMON
from tests.postgres import postgres_cluster, postgres_database, postgres_url

__all__ = ["postgres_cluster", "postgres_database", "postgres_url"]

pytestmark = pytest.mark.postgres

SHORT_LEASES = UNASKED.model_copy(update={"journal": Journal(lease_seconds=1)})


@pytest.fixture
async def two_bots(tmp_path: Path, postgres_database: str) -> AsyncIterator[ProcessTown]:
    """A town with two bots; the first has Slack's traffic. Both find the database empty at the same time."""
    town = ProcessTown(tmp_path, organisation=SHORT_LEASES, database_url=postgres_database)
    await town.sandbox.start()
    first, _ = await asyncio.gather(town.start_replica(), town.start_replica())
    town.listen_at(first)
    yield town
    await town.close()
    print(town.logs())


async def test_the_survivor_ends_what_a_killed_bot_began(two_bots: ProcessTown) -> None:
    town = two_bots
    first, second = town.replicas
    undisturbed = picture(town, await town.declare())
    for number, (method, nth) in enumerate([("conversations.create", 1), ("chat.postMessage", 4)], start=2):
        fault = town.sandbox.faults.add(method=method, kind="hang", nth=nth, effect=True)
        await town.slash("declare sev1 Agent leaks customer data")
        await town.reached(fault)
        await first.kill()
        channel = await town.finished(number)
        assert picture(town, channel) == undisturbed, f"taken over at {method} number {nth}"
        first, second = second, await town.start_replica()
        town.listen_at(first)
    await town.check_record(3)


async def test_the_survivor_shows_the_press_that_a_killed_bot_was_showing(two_bots: ProcessTown) -> None:
    town, ann = two_bots, two_bots.person("ann")
    channel = await town.declare()
    fault = town.sandbox.faults.add(method="chat.update", kind="hang")
    message = town.message(channel, "*6 · Follow-up*")
    await ann.click(message, "checklist.move", block_id=message.blocks[1]["block_id"])
    await town.reached(fault)
    await town.replicas[0].kill()
    await town.settled()
    assert f"done by <@{ann.id}>" in town.message(channel, "*6 · Follow-up*").words
    assert "Follow-up 1/6" in town.message(COMMON, "INC-1").words


async def test_presses_at_both_bots_are_all_kept_and_the_last_state_is_shown(two_bots: ProcessTown) -> None:
    town = two_bots
    channel = await town.declare()
    people = [town.person(name) for name in ("ann", "bob", "cyd")]
    message = town.message(channel, "*6 · Follow-up*")
    for number, block in enumerate(message.blocks[1:7]):
        town.listen_at(town.replicas[number % 2])
        await people[number % 3].click(message, "checklist.move", block_id=block["block_id"])
    await town.sandbox.until(lambda: "6/6" in town.message(channel, "*6 · Follow-up*").words)
    await town.settled()
    assert "Follow-up 6/6" in town.message(channel, "Take command").words
    done = [entry for entry in await town.timeline(1) if entry.kind.value == "item_done"]
    assert len(done) == 6
