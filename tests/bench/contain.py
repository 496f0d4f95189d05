"""Containment: from the press to the verified effect, and a kill switch as fast as its slowest step."""

import statistics
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from incidents.run_states import RunState
from incidents.runs import Run
from sandbox import Channel
from sandbox.toy_service import ToyService
from tests.acceptance.contained import FREE, organised, plan
from tests.acceptance.town import Town
from tests.bench.row import Row

CALL = 0.05
"""Seconds that the cluster takes for each call."""
ENDING = 1.0
"""Seconds that a pod takes to end, which makes one step the slowest."""
ROUNDS = 7
_LOOK = 0.1
"""Seconds between two looks at a run: seldom, since looking takes time from what is measured."""


@asynccontextmanager
async def toy_town(**choices: Any) -> AsyncIterator[tuple[Town, ToyService]]:  # noqa: ANN401 - the toy's own
    """A town whose bot contains a toy service; nobody else must agree, and no evidence is kept before."""
    unkept = {"actions": {"stop-agent": {"snapshot": False}}}
    async with ToyService(**choices) as toy:
        with tempfile.TemporaryDirectory() as folder:
            keys: dict[str, Any] = {**FREE, **unkept, "declaring": {"ask_about_duplicates": False}}
            town = Town(Path(folder), organisation=organised(toy, **keys), extra=toy.environment())
            await town.open()
            try:
                yield town, toy
            finally:
                await town.close()


async def scale_to_zero() -> list[Row]:
    """From the press on Run to a verified scale to zero; the run's own row tells when it was seen."""
    taken, calls = [], []
    async with toy_town() as (town, toy):
        toy.cluster.faults.add(method="*", kind="slow", seconds=CALL, times=1_000_000)
        for number in range(ROUNDS):
            channel = await town.declare(f"sev1 Scale {number}")
            planned = await plan(town, channel, "stop-agent")
            before = len(toy.cluster.asked)
            pressed = town.cordon.parts.clock.now()
            await town.person("ann").click(planned, "run.confirm")
            run = await _until(town, number + 1, RunState.VERIFIED)
            assert run.finished_at is not None
            taken.append((run.finished_at - pressed).total_seconds())
            calls.append(len(toy.cluster.asked) - before)
            await _undo(town, channel, number + 1)
    limit = 4 * CALL + 0.100
    middle = statistics.median(taken)
    measured = f"median {middle * 1000:.0f} ms, worst {max(taken) * 1000:.0f} ms, {max(calls)} calls at most"
    target = f"≤ 4 calls + 100 ms = {limit * 1000:.0f} ms"
    return [Row("Run → contained and verified", target, measured, middle <= limit and max(calls) <= 4)]


async def kill_switch() -> list[Row]:
    """Four steps side by side; the whole against the slowest of them."""
    async with toy_town(stop_seconds=ENDING) as (town, _):
        channel = await town.declare("sev1 Everything off")
        planned = await plan(town, channel, "kill-switch")
        await town.person("ann").click(planned, "run.confirm")
        whole = await _until(town, 1, RunState.VERIFIED)
        runs = await town.cordon.parts.database.read(lambda work: work.runs.children(whole.id))
    steps = [(run.finished_at - run.planned_at).total_seconds() for run in runs if run.finished_at]
    slowest, spent = max(steps), _seconds(whole)
    measured = f"{spent * 1000:.0f} ms, the slowest of {len(steps)} steps {slowest * 1000:.0f} ms"
    met = len(steps) == 4 and spent <= slowest + 0.25
    return [Row("kill switch of four steps", "as long as its slowest, + 250 ms", measured, met)]


async def _until(town: Town, incident_id: int, state: RunState) -> Run:
    """The incident's first run that belongs to no other, when it is there; the row is looked at, not the message."""

    async def now() -> Run | None:
        found = await town.cordon.parts.database.read(lambda work: work.runs.of_incident(incident_id))
        return next((run for run in found if run.parent_id is None and run.state is state), None)

    while True:
        if found := await now():
            return found
        await town.cordon.parts.clock.sleep(_LOOK)


async def _undo(town: Town, channel: Channel, incident_id: int) -> None:
    await town.cordon.idle()
    done = town.message(channel, "Verified")
    await town.person("ann").click(done, "run.undo")
    await _until(town, incident_id, RunState.REVERTED)
    await town.cordon.idle()


def _seconds(run: Run) -> float:
    assert run.started_at is not None
    assert run.finished_at is not None
    return (run.finished_at - run.started_at).total_seconds()
