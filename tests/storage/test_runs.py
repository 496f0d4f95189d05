"""Runs: kept whole, changed once, alone on their target."""

import asyncio
from datetime import timedelta

import pytest

from incidents import run_moves as moves
from incidents.errors import ConflictError, NotFoundError, TargetTakenError
from incidents.run_states import RunState
from incidents.runs import Run, Snapshot, SnapshotState, StepOrder
from storage.database import Database
from storage.unit_of_work import UnitOfWork
from tests.incidents.runs_made import EVENTS, GOOD, LATER, NOON, PLAN, UNTIL, a_run, run_in
from tests.storage.conftest import declare


async def kept(database: Database, key: str = "k", **changes: object) -> Run:
    return await database.write(lambda unit: unit.runs.add(a_run(key=key, **changes)))


async def after(database: Database, run: Run, *events: str) -> Run:
    """The run led on by events, each kept."""
    for event in events:
        run = EVENTS[event](run)
        await database.write(lambda unit, run=run: unit.runs.change(run))  # type: ignore[misc]
    return run


async def on_target(database: Database, target: str = PLAN.target) -> Run | None:
    return await database.read(lambda unit: unit.runs.active_on(target))


async def test_a_run_is_kept_with_all_that_hangs_on_it(database: Database) -> None:
    await declare(database)
    run = await kept(database, item_id=7, reason="it leaks", params={"ids": ["a", "ü"]})
    assert run.id > 0
    for event in ("ask", "agree", "break the glass", "start", "tell", "fail halfway"):
        run = await after(database, run, event)
        assert await database.read(lambda unit: unit.runs.by_key("k")) == run
    run = await after(database, run, "undo", "undone")
    snapshot = Snapshot(state=SnapshotState.TAKEN, evidence="ev-1")
    order = StepOrder(stages=(("a", "b"), ("c",)), recovery=True, watches=frozenset({1}))
    other = run_in(RunState.APPROVED, key="l", order=order, command=None)
    other = await database.write(lambda unit: unit.runs.add(moves.with_snapshot(other, snapshot)))

    async def look(unit: UnitOfWork) -> list[object]:
        return [
            await unit.runs.get(run.id, lock=True),
            await unit.runs.get(other.id),
            await unit.runs.by_key("l"),
            await unit.runs.by_key("z"),
            await unit.runs.of_incident(1),
            await unit.runs.of_incident(2),
            await unit.runs.of_item(7),
            await unit.runs.active(),
        ]

    assert await database.write(look) == [run, other, other, None, [run, other], [], [run], [other]]
    assert (run.revert_verification, other.snapshot, other.order) == (GOOD, snapshot, order)


async def test_a_run_is_added_once_by_its_key(database: Database) -> None:
    await declare(database)
    first = await kept(database)
    first = await after(database, first, "ask")
    assert await kept(database, title="Another") == first


async def test_two_changes_from_one_state_are_one(database: Database) -> None:
    await declare(database)
    run = await kept(database)
    await after(database, run, "approve")
    with pytest.raises(
        ConflictError, match=r"^“Stop the agent” was changed meanwhile: it is approved now\.$"
    ):
        await after(database, run, "give_up")
    with pytest.raises(NotFoundError, match="not there any more"):
        await after(database, run.model_copy(update={"id": 99}), "give_up")


async def test_a_target_is_taken_from_the_request_on_and_given_back_in_the_end(database: Database) -> None:
    await declare(database)
    run = await kept(database)
    assert await on_target(database) is None
    for event in ("ask", "approve", "start", "look"):
        run = await after(database, run, event)
        assert await on_target(database) == run
    run = await after(database, run, "seen")
    assert await on_target(database) is None
    run = await after(database, run, "undo")
    assert await on_target(database) == run
    await after(database, run, "undone")
    assert await on_target(database) is None


async def test_a_second_run_on_a_target_hears_of_the_first(database: Database) -> None:
    await declare(database)
    await declare(database, "Another")
    await after(database, await kept(database), "approve")
    same = await kept(database, "l", requester="U0EVE")
    with pytest.raises(
        ConflictError, match=r"^“Stop the agent” is approved already, asked for by <@U0BOB>\.$"
    ):
        await after(database, same, "ask")
    assert (await database.read(lambda unit: unit.runs.get(same.id))).state is RunState.PLANNED
    other = await kept(database, "m", incident_id=2, title="Restart the agent", action="restart")
    with pytest.raises(TargetTakenError) as caught:
        await after(database, other, "ask")
    assert caught.value.run_id == 1
    assert str(caught.value) == (
        "“Restart the agent” has to wait: “Stop the agent” of INC-1, asked for by <@U0BOB>, is approved and touches"
        " the same target, Deployment prod/agent. Wait until it ends, or cancel it."
    )
    elsewhere = await kept(database, "n", plan=PLAN.model_copy(update={"target": "Deployment prod/other"}))
    await after(database, elsewhere, "ask")


async def test_an_old_run_is_not_undone_while_another_acts_there(database: Database) -> None:
    await declare(database)
    old = await after(database, await kept(database), "approve", "start", "look", "seen")
    await after(database, await kept(database, "l"), "approve", "start")
    with pytest.raises(ConflictError, match="is running already"):
        await after(database, old, "undo")
    assert (await database.read(lambda unit: unit.runs.get(old.id))).state is RunState.VERIFIED


async def test_of_many_at_once_one_gets_the_target(database: Database) -> None:
    await declare(database)
    runs = [await kept(database, f"k{number}") for number in range(6)]
    results = await asyncio.gather(*(after(database, run, "approve") for run in runs), return_exceptions=True)
    won = [result for result in results if isinstance(result, Run)]
    lost = [result for result in results if isinstance(result, ConflictError)]
    assert (len(won), len(lost)) == (1, 5)
    assert await on_target(database) == won[0]


async def test_of_many_presses_on_one_run_one_counts(database: Database) -> None:
    await declare(database)
    run = await after(database, await kept(database), "approve")
    results = await asyncio.gather(*(after(database, run, "start") for _ in range(6)), return_exceptions=True)
    assert sum(isinstance(result, Run) for result in results) == 1
    assert sum(isinstance(result, ConflictError) for result in results) == 5


async def test_an_active_run_can_be_added_and_is_refused_like_any(database: Database) -> None:
    await declare(database)
    await database.write(lambda unit: unit.runs.add(run_in(RunState.RUNNING, key="k")))
    with pytest.raises(ConflictError, match="is running already"):
        await database.write(lambda unit: unit.runs.add(run_in(RunState.APPROVED, key="l")))
    assert await database.read(lambda unit: unit.runs.by_key("l")) is None


async def test_the_steps_of_a_sequence_are_each_there_once(database: Database) -> None:
    await declare(database)
    parent = await kept(database, command=None, order=StepOrder(stages=(("a",), ("b",))))
    second = await kept(database, "b", parent_id=parent.id, position=1)
    first = await kept(database, "a", parent_id=parent.id, position=0)
    assert await database.read(lambda unit: unit.runs.children(parent.id)) == [first, second]
    assert await database.read(lambda unit: unit.runs.of_incident(1)) == [parent]
    with pytest.raises(ConflictError, match="a sequence that has this step already"):
        await kept(database, "c", parent_id=parent.id, position=1)


async def test_moments_come_back_as_they_were(database: Database) -> None:
    await declare(database)
    run = moves.start(run_in(RunState.APPROVED, key="k"), LATER, expires=timedelta(hours=1))
    back = await database.write(lambda unit: unit.runs.add(run))
    assert (back.planned_at, back.started_at, back.reverts_at, back.approved_until) == (
        NOON,
        LATER,
        LATER + timedelta(hours=1),
        UNTIL,
    )
