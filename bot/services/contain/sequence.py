"""A sequence at work: its steps side by side or one after another, each verified before the next.

It is one job with all of its steps, so that a crash resumes them together. A recovery that stops contains again.
"""

import asyncio
import re
from datetime import datetime

from bot.services.contain.act import act, begin
from bot.services.contain.change_run import change_run, keep
from bot.services.contain.outcome import ended_failed, ended_seen, ended_unseen, failed, outdated
from bot.services.contain.planning import action_named, params_of_step, plan_again, plan_command, still_holds
from bot.services.contain.put_back import contain_again, put_back, put_back_of
from bot.services.parts import Parts
from incidents.containment import ActionError, Plan, Verification
from incidents.errors import TargetTakenError
from incidents.run_moves import approve, look, with_plan
from incidents.run_states import RunState
from incidents.runs import Run, StepOrder
from incidents.sequences import course, failure_of, step_of
from storage.unit_of_work import UnitOfWork

_GOING = frozenset({RunState.PLANNED, RunState.APPROVED, RunState.RUNNING, RunState.VERIFYING})
_LOOKED_AT_AGAIN = frozenset({RunState.UNVERIFIED, RunState.IN_DOUBT, RunState.VERIFYING})


async def go(parts: Parts, run_id: int) -> Run:
    """Bring a sequence to its end, from wherever it stands; raises as `act` does."""
    run = await parts.database.read(lambda work: work.runs.get(run_id))
    if run.state is RunState.APPROVED:
        run = await _begin(parts, run)
    if run.state is RunState.RUNNING:
        run = await _run_steps(parts, run, run.order or StepOrder(stages=()))
    elif run.state is RunState.VERIFYING:
        run = await _look_again(parts, run)
    return run


async def _begin(parts: Parts, run: Run) -> Run:
    """Start, if the plan holds; a recovery's steps are planned one by one, each when it is its turn."""
    if run.recovers is None:
        try:
            now = await plan_again(parts, run)
        except ActionError as error:
            return await failed(parts, run.id, error)
        if not still_holds(run, now):
            return await outdated(parts, run.id, now)
    return await begin(parts, run.id)


async def _run_steps(parts: Parts, run: Run, order: StepOrder) -> Run:
    while True:
        children = await _children(parts, run)
        states = {child.position: child.state for child in children}
        next_ = course(order, states)
        going = [child.position for child in children if child.state in _GOING]
        if next_.outcome is not None:
            return await _end(parts, run, next_.outcome, next_.contain_again)
        await asyncio.gather(*(_step(parts, run, position) for position in {*next_.start, *going}))


async def _step(parts: Parts, parent: Run, position: int) -> Run:
    """One step, from wherever it stands to its end."""
    child = await _child(parts, parent, position)
    if child.recovers is not None:
        return await put_back(parts, child)
    if child.state is RunState.PLANNED:
        try:
            plan = await plan_command(parts, child.command or "", child.params)
            child = await change_run(parts, child.id, lambda work, run, _: _take(work, parts, run, plan))
        except ActionError as error:
            return await _never(parts, child, error)
        except TargetTakenError as error:
            return await _never(parts, child, _taken(child, error))
    return await act(parts, child.id)


async def _child(parts: Parts, parent: Run, position: int) -> Run:
    """The run of a step, kept once."""
    name = (parent.order or StepOrder(stages=())).names[position]

    async def commit(work: UnitOfWork) -> Run:
        known = {child.position: child for child in await work.runs.children(parent.id)}
        if position in known:
            return known[position]
        step = step_of(
            parent,
            position,
            action_named(parts, name),
            answers=parent.params,
            key=f"{parent.key}-{position}",
            at=parts.clock.now(),
            recovers=await put_back_of(work, parent, position),
        )
        params = params_of_step(action_named(parts, name), parent)
        return await work.runs.add(step.model_copy(update={"params": params}))

    return await parts.database.write(commit)


async def _take(work: UnitOfWork, parts: Parts, run: Run, plan: Plan) -> Run:
    planned = await keep(work, parts, with_plan(run, plan, parts.clock.now()))
    return await keep(work, parts, approve(planned, until=None))


async def _never(parts: Parts, child: Run, error: ActionError) -> Run:
    """A step that could not even be planned has failed, without any effect."""
    nothing = Plan(target=f"step {child.key}", reversible=False, irreversible_because="it was never begun")
    await change_run(parts, child.id, lambda work, run, _: _take(work, parts, run, nothing))
    return await failed(parts, child.id, error)


def _taken(child: Run, error: TargetTakenError) -> ActionError:
    return ActionError(
        f"{child.named} did not begin: another run has its target.",
        now=f"It has changed nothing. {re.sub(r'<@[^>]*>', 'somebody', str(error))}",
        then="See what becomes of the other run, then run this one again.",
    )


async def _end(parts: Parts, run: Run, outcome: RunState, again: tuple[int, ...]) -> Run:
    children = await _children(parts, run)
    failure = failure_of(run, children)
    if again and outcome is not RunState.VERIFIED:
        contained = await contain_again(parts, run, [child for child in children if child.position in again])
        failure = failure.model_copy(update={"now": f"{failure.now} {contained}"})

    async def change(work: UnitOfWork, run: Run, now: datetime) -> Run:
        if outcome is RunState.VERIFIED:
            looked = await keep(work, parts, look(run))
            return await ended_seen(work, parts, looked, _seen(children), now)
        if outcome is RunState.UNVERIFIED and not again:
            return await ended_unseen(work, parts, await keep(work, parts, look(run)), failure, now)
        return await ended_failed(work, parts, run, failure, now)

    return await change_run(parts, run.id, change)


async def _look_again(parts: Parts, run: Run) -> Run:
    """Look at the effects once more that were not seen, or are in doubt."""
    for child in await _children(parts, run):
        if child.state in _LOOKED_AT_AGAIN and child.recovers is None:
            await change_run(parts, child.id, lambda work, one, _: _look(work, parts, one))
            await act(parts, child.id)
    children = await _children(parts, run)

    async def change(work: UnitOfWork, run: Run, now: datetime) -> Run:
        if all(child.state is RunState.VERIFIED for child in children):
            return await ended_seen(work, parts, run, _seen(children), now)
        return await ended_unseen(work, parts, run, failure_of(run, children), now)

    return await change_run(parts, run.id, change)


async def _look(work: UnitOfWork, parts: Parts, run: Run) -> Run:
    return run if run.state is RunState.VERIFYING else await keep(work, parts, look(run))


def _seen(children: list[Run]) -> Verification:
    evidence = [
        f"{child.title}: {'; '.join(child.verification.evidence)}" for child in children if child.verification
    ]
    return Verification(verified=True, evidence=tuple(evidence))


async def _children(parts: Parts, run: Run) -> list[Run]:
    return await parts.database.read(lambda work: work.runs.children(run.id))
