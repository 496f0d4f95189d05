"""Steps: done once, and probed when in doubt."""

import asyncio

import pytest

from incidents.errors import InDoubtError, PermanentError, TemporaryError
from storage.journal import JobKind, JobRun
from tests.fake_clock import FakeClock
from tests.storage.journal.conftest import Enqueue, StartJournal
from tests.storage.journal.outside import Outside


async def test_a_done_step_is_passed_over_by_later_attempts(
    clock: FakeClock, start_journal: StartJournal, enqueue: Enqueue
) -> None:
    outside = Outside()
    seen: list[tuple[object, object, bool]] = []

    async def body(run: JobRun) -> None:
        before = run.done("a")
        first = await run.step("a", outside.effect("a"), probe=outside.probe("a"))

        async def nothing() -> None:
            outside.effects.append("b")

        seen.append((first, await run.step("b", nothing), before))
        if run.attempt == 1:
            raise TemporaryError("Slack", "down")

    await start_journal(JobKind("job", body))
    await enqueue("job", "job:1")
    await clock.advance(10)
    assert seen == [("did a", None, False), ("did a", None, True)]
    assert outside.effects == ["a", "b"]
    assert outside.probes == []


@pytest.mark.parametrize(("lost", "result"), [(True, "found a"), (False, "did a")])
async def test_an_answer_that_was_lost_is_looked_for_before_the_effect_is_repeated(
    clock: FakeClock, start_journal: StartJournal, enqueue: Enqueue, *, lost: bool, result: str
) -> None:
    outside = Outside(InDoubtError("Slack", "lost"), lost=lost)
    results: list[str] = []
    start = clock.now()

    async def body(run: JobRun) -> None:
        results.append(await run.step("a", outside.effect("a"), probe=outside.probe("a")))

    await start_journal(JobKind("job", body))
    await enqueue("job", "job:1")
    await clock.advance(10)
    assert results == [result]
    assert outside.effects == ["a"]
    assert outside.probes == [start]


@pytest.mark.parametrize("error", [TemporaryError("Slack", "down"), PermanentError("Slack", "no")])
async def test_an_effect_that_surely_did_not_happen_is_not_looked_for(
    clock: FakeClock, start_journal: StartJournal, enqueue: Enqueue, error: Exception
) -> None:
    outside = Outside(error)
    results: list[str] = []

    async def body(run: JobRun) -> None:
        try:
            results.append(await run.step("a", outside.effect("a"), probe=outside.probe("a")))
        except PermanentError as permanent:
            raise TemporaryError("Slack", "later") from permanent

    await start_journal(JobKind("job", body))
    await enqueue("job", "job:1")
    await clock.advance(10)
    assert results == ["did a"]
    assert outside.probes == []


async def test_results_look_the_same_in_the_first_attempt_as_in_later_ones(
    clock: FakeClock, start_journal: StartJournal, enqueue: Enqueue
) -> None:
    results: list[object] = []

    async def body(run: JobRun) -> None:
        async def effect() -> object:
            return {"ts": ("1", "2")}

        results.append(await run.step("a", effect))
        if run.attempt == 1:
            raise ValueError("again")

    await start_journal(JobKind("job", body))
    await enqueue("job", "job:1")
    await clock.advance(10)
    assert results == [{"ts": ["1", "2"]}, {"ts": ["1", "2"]}]


async def test_steps_side_by_side_are_each_done_once(
    clock: FakeClock, start_journal: StartJournal, enqueue: Enqueue
) -> None:
    outside = Outside()
    names = [f"step {number}" for number in range(30)]

    async def body(run: JobRun) -> None:
        await asyncio.gather(
            *(run.step(name, outside.effect(name), probe=outside.probe(name)) for name in names)
        )
        if run.attempt == 1:
            raise ValueError("again")

    await start_journal(JobKind("job", body))
    await enqueue("job", "job:1")
    await clock.advance(10)
    assert sorted(outside.effects) == sorted(names)
