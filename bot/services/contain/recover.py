"""The way back to normal after containment: planned like an action, one step at a time, watched between the steps."""

from bot.services.contain.allowed import refuse, requester_of, run_and_incident
from bot.services.contain.planning import action_named, as_kept, params_of_step, plan_command
from bot.services.contain.propose import keep_proposal, token_of
from bot.services.contain.put_back import WAYS
from bot.services.parts import Parts
from incidents.action_catalog import RecoveryStep, Way
from incidents.approval import Judgement
from incidents.containment import ActionError, Change, Plan
from incidents.errors import IllegalMoveError
from incidents.incident import Incident
from incidents.runs import Run, run_key
from incidents.sequences import plan_of, recovery_order


async def recover(parts: Parts, run_id: int, *, by: str, delivery: str) -> Run:
    """Plan the way back from a run that contained something.

    Raises:
        IllegalMoveError: it did nothing that could be led back from.
        NotAllowedError: the policy does not let them; that stands in the record.
        NotFoundError: cordon.yaml has its action no more.
    """
    contained, incident = await run_and_incident(parts, run_id)
    if not contained.has_effect or contained.recovers is not None:
        raise IllegalMoveError(
            f"{contained.named} is {contained.state.words}: there is nothing to recover from."
        )
    back = parts.organisation.catalog.mirror(contained.action)
    draft = _draft(parts, contained, incident, back, by=by, delivery=delivery)
    found = await requester_of(parts, draft, incident)
    verdict = found.judge(draft, parts.clock.now())
    if verdict.judgement is Judgement.REFUSED:
        await refuse(parts, incident, by, verdict.sentence)
    plan = await _plan(parts, contained, back)
    return await keep_proposal(parts, draft.model_copy(update={"plan": plan}), delivery=delivery)


def _draft(
    parts: Parts,
    contained: Run,
    incident: Incident,
    back: tuple[RecoveryStep, ...],
    *,
    by: str,
    delivery: str,
) -> Run:
    now = parts.clock.now()
    return Run(
        key=run_key(incident.key, f"recover-{contained.action}", token_of(delivery)),
        incident_id=incident.id,
        action=contained.action,
        title=f"Recover from: {contained.title}",
        command=None,
        params={**(contained.params if contained.order else {}), WAYS: [step.way.value for step in back]},
        risk=contained.risk,
        order=recovery_order(back),
        requester=by,
        planned_at=now,
        recovers=contained.id,
    )


async def _plan(parts: Parts, contained: Run, back: tuple[RecoveryStep, ...]) -> Plan:
    """What it would do, as far as it can be told now: a later step is planned anew when it is its turn."""
    children = await parts.database.read(lambda work: work.runs.children(contained.id))
    runs = {child.action: child for child in children or [contained]}
    steps = [(step, action_named(parts, step.action)) for step in back]
    plans = [
        (action.title, _backwards(runs[step.action]))
        if step.way is Way.REVERT and step.action in runs
        else (
            action.title,
            await _forwards(parts, step, action.command or "", params_of_step(action, contained)),
        )
        for step, action in steps
    ]
    made = plan_of(f"recovery of {contained.action}", plans)
    return as_kept(made.model_copy(update={"state": {}, "reversible": True, "irreversible_because": ""}))


def _backwards(child: Run) -> Plan:
    plan = child.plan or Plan(target=child.title)
    changes = tuple(Change(what=one.what, before=one.after, after=one.before) for one in plan.changes)
    return Plan(target=plan.target, changes=changes, reversible=True)


async def _forwards(parts: Parts, step: RecoveryStep, command: str, params: dict[str, object]) -> Plan:
    try:
        plan = await plan_command(parts, command, params)
    except ActionError as error:
        return Plan(
            target=f"unread: {step.action}", warnings=(f"{step.action} can't be read now: {error.failed}",)
        )
    # a watch has no way back, and needs none
    return plan.model_copy(update={"warnings": (), "reversible": True, "destroys_evidence": False})
