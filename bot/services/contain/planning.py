"""What an action would do now: its command's plan, or those of all the steps of a sequence. Changes nothing."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from bot.services.contain.filled_in import filled_in
from bot.services.contain.opened import opened
from bot.services.contain.patience import patiently
from bot.services.parts import Parts
from incidents.actions import Action
from incidents.containment import ActionError, Plan
from incidents.errors import NotFoundError
from incidents.runs import Run
from incidents.sequences import plan_of


async def plan_command(parts: Parts, command: str, params: Mapping[str, Any]) -> Plan:
    """A single command's plan, as it would be kept.

    Raises:
        ActionError: the target is not there, does not answer, or may not be read.
    """
    async with opened(parts, command, params) as prepared:
        plan = await patiently(parts, lambda: prepared.command.plan(prepared.params))
    return as_kept(plan)


async def plan_steps(parts: Parts, target: str, names: Sequence[str], run: Run) -> Plan:
    """A sequence's plan. A step that can't be planned now is no reason not to run the others.

    Args:
        parts: what the use cases work with.
        target: what the sequence keeps to itself.
        names: the steps' actions, in order.
        run: the sequence's run; its params are what the person filled in for all of them.

    Raises:
        ActionError: no step can be planned.
    """
    actions = [action_named(parts, name) for name in names]
    planned = await asyncio.gather(*(_plan_step(parts, action, run) for action in actions))
    failures = [one for one in planned if isinstance(one, ActionError)]
    if failures and len(failures) == len(planned):
        raise failures[0]
    steps = zip(actions, planned, strict=True)
    return as_kept(plan_of(target, [(action.title, _shown(action, one)) for action, one in steps]))


async def plan_again(parts: Parts, run: Run) -> Plan:
    """The plan of a run made anew; raises as the others do."""
    if run.order is None:
        return await plan_command(parts, run.command or "", run.params)
    return await plan_steps(parts, run.plan.target if run.plan else "", run.order.names, run)


def still_holds(run: Run, now: Plan) -> bool:
    """Whether what was shown is what would be done now. A sequence's step that can't be read now is not told apart."""
    if run.plan is None:
        return False
    if run.order is None:
        return run.plan.holds(now)
    return all(now.state.get(target, state) == state for target, state in run.plan.state.items())


def action_named(parts: Parts, name: str) -> Action:
    """The action of this name; where cordon.yaml has it no more, one that fails with words when it is planned."""
    try:
        return parts.organisation.catalog.get(name)
    except NotFoundError:
        return Action(title=name, command="no_longer_in_cordon_yaml")


def params_of_step(action: Action, sequence: Run) -> dict[str, Any]:
    """The parameters of one step of a sequence."""
    given = action.params_with(sequence.params)
    return filled_in(
        action.command,
        given,
        who=sequence.requester,
        reason=sequence.reason,
        incident_id=sequence.incident_id,
    )


def as_kept(plan: Plan) -> Plan:
    """The plan as the database gives it back, so that two can be compared."""
    return Plan.model_validate(plan.model_dump(mode="json"))


async def _plan_step(parts: Parts, action: Action, run: Run) -> Plan | ActionError:
    try:
        return await plan_command(parts, action.command or "", params_of_step(action, run))
    except ActionError as error:
        return error


def _shown(action: Action, planned: Plan | ActionError) -> Plan:
    if isinstance(planned, Plan):
        return planned
    said = f"“{action.title}” can't be planned now: {planned.failed} It will be tried all the same."
    return Plan(target=f"unread: {action.title}", warnings=(said,))
