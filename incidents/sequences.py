"""A sequence at work: its plan, its steps' runs, which of them come next, and how it ends.

Pure. How actions nest is `action_catalog.py`; starting the steps and waiting for them is a use case's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from incidents.action_catalog import RecoveryStep, Stages, Way
from incidents.actions import Action, OnFailure
from incidents.containment import Effect, Plan, Risk
from incidents.run_states import RunState
from incidents.runs import Failure, Run, StepOrder

_DONE = RunState.VERIFIED
_SETTLED = frozenset(RunState) - {
    RunState.PLANNED,
    RunState.WAITING_APPROVAL,
    RunState.APPROVED,
    RunState.RUNNING,
    RunState.VERIFYING,
    RunState.REVERTING,
}


# --- before --------------------------------------------------------------------------------------------


def order_of(action: Action, stages: Stages) -> StepOrder:
    """The order of a sequence, to be kept with its run."""
    return StepOrder(stages=stages, on_failure=action.on_failure)


def recovery_order(back: Sequence[RecoveryStep]) -> StepOrder:
    """The order of a way back to normal: one step at a time, stopped by the first that is not verified."""
    watches = frozenset(position for position, step in enumerate(back) if step.way is Way.WATCH)
    return StepOrder(
        stages=tuple((step.action,) for step in back),
        on_failure=OnFailure.STOP,
        recovery=True,
        watches=watches,
    )


def plan_of(target: str, steps: Sequence[tuple[str, Plan]]) -> Plan:
    """What a sequence would do: the changes of all its steps.

    Args:
        target: what the sequence keeps to itself while it runs, such as "sequence kill-switch".
        steps: each step's title and plan, in order.

    Returns:
        A plan that can be taken back where any step can; a warning names each step that can't.
    """
    lasting = [
        f"“{title}” can't be undone: {plan.irreversible_because or 'it has no way back'}."
        for title, plan in steps
        if not plan.reversible
    ]
    can_undo = len(lasting) < len(steps)
    return Plan(
        target=target,
        changes=tuple(change for _, plan in steps for change in plan.changes),
        warnings=(*(warning for _, plan in steps for warning in plan.warnings), *lasting),
        reversible=can_undo,
        irreversible_because="" if can_undo else "none of its steps has a way back",
        destroys_evidence=any(plan.destroys_evidence for _, plan in steps),
        state={
            f"{number} {plan.target}": dict(plan.state) for number, (_, plan) in enumerate(steps, start=1)
        },
    )


def step_of(
    parent: Run,
    position: int,
    action: Action,
    *,
    answers: Mapping[str, Any],
    key: str,
    at: datetime,
    recovers: int | None = None,
) -> Run:
    """The run of one step, to be planned next; its sequence's approval is its own.

    Args:
        parent: the sequence's run.
        position: the step's place among all steps, from 0.
        action: the step's action.
        answers: what the person was asked for the whole sequence.
        key: a key of its own.
        at: the time.
        recovers: for a step of recovery that takes a run back, that run.
    """
    names = parent.order.names if parent.order else ()
    return Run(
        key=key,
        incident_id=parent.incident_id,
        action=names[position],
        title=action.title,
        command=action.command,
        params=action.params_with(answers),
        risk=action.risk or Risk.HIGH,
        requester=parent.requester,
        reason=parent.reason,
        source=parent.source,
        planned_at=at,
        parent_id=parent.id,
        position=position,
        recovers=recovers,
    )


# --- meanwhile -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Course:
    """Where a sequence stands.

    Attributes:
        start: positions of steps to start now, side by side.
        waiting: whether steps are under way that must end before anything else is decided.
        outcome: how it ended, None while it goes on: VERIFIED, UNVERIFIED, IN_DOUBT or FAILED.
        contain_again: positions of a recovery's steps to be taken back, the last first, because the problem returned.
    """

    start: tuple[int, ...] = ()
    waiting: bool = False
    outcome: RunState | None = None
    contain_again: tuple[int, ...] = ()


def course(order: StepOrder, states: Mapping[int, RunState]) -> Course:
    """Decide what comes next.

    A stage begins when all steps of the one before are settled. After a step that is not verified nothing more
    begins, unless the sequence continues then; what runs beside it is waited for.

    Args:
        order: the sequence's steps.
        states: the states of the steps that have a run, by position.
    """
    first, halted = 0, False
    for stage in order.stages:
        positions = range(first, first + len(stage))
        first += len(stage)
        fresh = tuple(position for position in positions if position not in states)
        if fresh and not halted:
            return Course(start=fresh, waiting=any(_under_way(states, at) for at in positions))
        if any(_under_way(states, position) for position in positions):
            return Course(waiting=True)
        failed = any(states.get(position, _DONE) is not _DONE for position in positions)
        halted = halted or (failed and order.on_failure is OnFailure.STOP)
    return _ended(order, states)


def _under_way(states: Mapping[int, RunState], position: int) -> bool:
    return position in states and states[position] not in _SETTLED


def _ended(order: StepOrder, states: Mapping[int, RunState]) -> Course:
    outcome = _outcome(states)
    if not order.recovery or outcome is _DONE:
        return Course(outcome=outcome)
    restored = {position for position in states if position not in order.watches} - {
        position for position, state in states.items() if state in {RunState.STALE, RunState.CANCELLED}
    }
    return Course(outcome=outcome, contain_again=tuple(sorted(restored, reverse=True)))


def _outcome(states: Mapping[int, RunState]) -> RunState:
    found = set(states.values()) - {_DONE}
    if not found:
        return _DONE
    if RunState.IN_DOUBT in found:
        return RunState.IN_DOUBT
    return RunState.UNVERIFIED if found == {RunState.UNVERIFIED} else RunState.FAILED


# --- after ---------------------------------------------------------------------------------------------


def failure_of(run: Run, children: Sequence[Run]) -> Failure:
    """What a sequence that did not end verified tells people: which step failed, what is done, what to do."""
    order = run.order or StepOrder(stages=())
    done = [child.named for child in children if child.state is _DONE]
    failed = [child for child in children if child.state is not _DONE]
    missing = len(order.names) - len(children)
    now = [f"Done and verified: {', '.join(done)}." if done else "No step is verified."]
    if missing:
        now.append("1 step was not started." if missing == 1 else f"{missing} steps were not started.")
    return Failure(
        failed=" ".join(f"{child.named} is {child.state.words}." for child in failed)
        or f"{run.named} stopped.",
        now=" ".join(now),
        then=_advice(order, failed),
        effect=_effect(children),
    )


def _advice(order: StepOrder, failed: Sequence[Run]) -> str:
    if order.recovery and any(child.position in order.watches for child in failed):
        return "The problem came back: contain again. What recovery had re-enabled must be off before the next try."
    if order.recovery:
        return "Recovery has stopped. Contain again if harm goes on; else mend the step and recover anew."
    return "Look at the step that failed. Press Undo to take the others back, or Run again to do what is missing."


def _effect(children: Sequence[Run]) -> Effect:
    if any(child.state is RunState.IN_DOUBT for child in children):
        return Effect.UNKNOWN
    return Effect.PARTIAL if any(child.has_effect for child in children) else Effect.NONE


def undo_order(children: Sequence[Run]) -> tuple[int, ...]:
    """The positions of the steps to take back, the last first; those that can't be are left out."""
    return tuple(
        child.position for child in sorted(children, key=lambda one: -one.position) if child.may_undo
    )
