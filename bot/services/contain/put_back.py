"""The steps of a recovery that take a run back, and containing again what a recovery that stopped had let go."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bot.services.contain import run_again
from bot.services.contain.change_run import change_run, keep
from bot.services.contain.outcome import ended_failed, ended_seen
from bot.services.contain.take_back import take_back_at_once
from bot.services.parts import Parts
from incidents.action_catalog import Way
from incidents.containment import Effect, Plan, Verification
from incidents.run_moves import approve, look, start, with_plan
from incidents.run_states import RunState
from incidents.runs import Failure, Run
from storage.unit_of_work import UnitOfWork

WAYS: Final = "-ways"
"""How each step of a recovery is done, among its parameters; no field that people fill in can have this name."""


async def put_back_of(work: UnitOfWork, parent: Run, position: int) -> int | None:
    """The run that a recovery's step takes back, or None where it does something else."""
    ways = parent.params.get(WAYS, [])
    if parent.recovers is None or position >= len(ways) or ways[position] != Way.REVERT.value:
        return None
    contained = await work.runs.get(parent.recovers)
    name = parent.order.names[position] if parent.order else ""
    children = await work.runs.children(contained.id) if contained.order else [contained]
    return next((child.id for child in children if child.action == name), None)


async def put_back(parts: Parts, step: Run) -> Run:
    """A step of recovery that takes another run back, from wherever it stands to its end."""
    step = await change_run(parts, step.id, lambda work, run, now: _begin(work, parts, run, now))
    if step.state is not RunState.RUNNING or step.recovers is None:
        return step
    contained = await take_back_at_once(parts, step.recovers, step.requester)

    async def change(work: UnitOfWork, run: Run, now: datetime) -> Run:
        if contained.state is RunState.REVERTED:
            seen = contained.revert_verification or Verification(verified=True)
            return await ended_seen(work, parts, await keep(work, parts, look(run)), seen, now)
        return await ended_failed(work, parts, run, contained.failure or _kept(contained), now)

    return await change_run(parts, step.id, change)


async def contain_again(parts: Parts, recovery: Run, restored: Sequence[Run]) -> str:
    """Take back what a recovery had restored, the last first; tells in a sentence what came of it."""
    done: list[str] = []
    failed: list[str] = []
    for step in sorted(restored, key=lambda one: -one.position):
        if step.recovers is not None:
            contained = await run_again.run_again(parts, recovery, step)
            good = contained is not None and contained.state is RunState.VERIFIED
        else:
            again = await take_back_at_once(parts, step.id, "cordon")
            good = again.state is RunState.REVERTED or not again.has_effect
        (done if good else failed).append(step.named)
    if failed:
        return f"Containing again FAILED for {', '.join(failed)}: contain it by hand now."
    return f"Contained again: {', '.join(done)}." if done else ""


async def _begin(work: UnitOfWork, parts: Parts, run: Run, now: datetime) -> Run:
    if run.state is not RunState.PLANNED:
        return run
    plan = Plan(
        target=f"taking back run {run.recovers}",
        reversible=False,
        irreversible_because="what it took back is contained by running its action again",
    )
    planned = await keep(work, parts, with_plan(run, plan, now))
    return await keep(work, parts, start(await keep(work, parts, approve(planned, until=None)), now))


def _kept(contained: Run) -> Failure:
    return Failure(
        failed=f"{contained.named} can't be taken back: it is {contained.state.words}.",
        now="It is as it was.",
        then="Put it right by hand, then recover anew.",
        effect=Effect.NONE,
    )
