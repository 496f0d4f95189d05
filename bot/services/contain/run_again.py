"""Running again, with its first parameters, an action that a recovery took back before the problem returned."""

from bot.services.contain import show_run
from bot.services.contain.act import act
from bot.services.contain.change_run import keep
from bot.services.contain.planning import plan_command
from bot.services.parts import Parts
from incidents.containment import ActionError, Plan
from incidents.errors import TargetTakenError
from incidents.run_moves import approve
from incidents.run_states import RunState
from incidents.runs import NEW, Run
from storage.unit_of_work import UnitOfWork


async def run_again(parts: Parts, recovery: Run, step: Run) -> Run | None:
    """Contain again what a step of recovery took back; None where it could not be begun.

    The recovery's approval covers it: who let it go must be able to hold it again.
    """
    first = await parts.database.read(lambda work: work.runs.get(step.recovers or 0))
    if first.state is not RunState.REVERTED:
        return first
    try:
        plan = await plan_command(parts, first.command or "", first.params)
        run = await parts.database.write(lambda work: _keep(work, parts, recovery, first, plan))
    except (ActionError, TargetTakenError):
        return None
    return await act(parts, run.id)


async def _keep(work: UnitOfWork, parts: Parts, recovery: Run, first: Run, plan: Plan) -> Run:
    now = parts.clock.now()
    key = f"{first.key}-again-{recovery.id}"
    if known := await work.runs.by_key(key):
        return known
    run = await work.runs.add(
        Run(
            id=NEW,
            key=key,
            incident_id=first.incident_id,
            action=first.action,
            title=first.title,
            command=first.command,
            params=first.params,
            risk=first.risk,
            requester="cordon",
            reason=f"the problem returned while {recovery.named} was under way",
            plan=plan,
            planned_at=now,
        )
    )
    await show_run.enqueue(work, run, now)
    return await keep(work, parts, approve(run, until=None))
