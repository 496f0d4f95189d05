"""Somebody wants to run an action: its plan is made and kept, and shown to everybody. Nothing is changed yet."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.services.contain import show_run, waiting
from bot.services.contain.allowed import refuse, requester_of
from bot.services.contain.change_run import changes_in_words, record
from bot.services.contain.filled_in import filled_in
from bot.services.contain.lasting import with_end
from bot.services.contain.planning import plan_command, plan_steps
from bot.services.parts import Parts
from incidents.action_answers import read_answers
from incidents.actions import Action
from incidents.approval import Judgement
from incidents.containment import ActionError, Plan
from incidents.errors import IllegalMoveError
from incidents.incident import Incident
from incidents.runs import Run, Source, run_key
from incidents.sequences import order_of
from incidents.timeline import EntryKind
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Wish:
    """What somebody wants to run.

    Attributes:
        action: its name.
        by: a Slack user id, or a named operator of the command line.
        written: what they filled in, word for word, by the fields' names.
        item_id: the checklist item to tick when it is verified.
        reason: why, where they were asked.
        source: where they asked.
    """

    action: str
    by: str
    written: Mapping[str, str] = field(default_factory=dict)
    item_id: int | None = None
    reason: str = ""
    source: Source = Source.SLACK


async def propose(parts: Parts, incident: Incident, wish: Wish, *, delivery: str) -> Run:
    """Plan the run that somebody wants; the same request gives the same run.

    Raises:
        NotFoundError: there is no such action.
        NotUnderstoodError: something filled in is wrong.
        NotAllowedError: the policy does not let them run it; that stands in the record.
        IllegalMoveError: the incident is over.
        ActionError: the plan could not be made; that stands in the record.
    """
    if not incident.status.is_open:
        raise IllegalMoveError(f"{incident.key} is over. Reopen it to contain something.")
    catalog = parts.organisation.catalog
    name, action = wish.action.strip().lower(), catalog.get(wish.action)
    answers = read_answers(catalog.asks(name), wish.written)
    draft = _draft(parts, incident, wish, answers, delivery)
    found = await requester_of(parts, draft, incident)
    if found.judge(draft, parts.clock.now()).judgement is Judgement.REFUSED:
        await refuse(parts, incident, wish.by, found.judge(draft, parts.clock.now()).sentence)
    try:
        plan = await _plan(parts, name, action, draft)
    except ActionError as error:
        await _not_planned(parts, draft, error)
        raise
    return await keep_proposal(parts, draft.model_copy(update={"plan": plan}), delivery=delivery)


async def keep_proposal(parts: Parts, draft: Run, *, delivery: str) -> Run:
    """Keep a planned run and let it be shown."""

    async def commit(work: UnitOfWork) -> Run:
        now = parts.clock.now()
        if not await work.deliveries.accept(delivery, now):
            return await work.runs.by_key(draft.key) or draft
        run = await work.runs.add(draft)
        text = f"{run.named} planned: {changes_in_words(run)}"
        await record(work, run, EntryKind.RUN_PLANNED, text, by=run.requester, now=now, **_why(run))
        await show_run.enqueue(work, run, now)
        await waiting.enqueue(work, parts, run, now)
        return run

    return await parts.database.write(commit)


def _draft(parts: Parts, incident: Incident, wish: Wish, answers: Mapping[str, Any], delivery: str) -> Run:
    catalog, name = parts.organisation.catalog, wish.action.strip().lower()
    action = catalog.get(name)
    return Run(
        key=run_key(incident.key, name, token_of(delivery)),
        incident_id=incident.id,
        action=name,
        title=action.title,
        command=action.command,
        params=dict(answers) if action.is_sequence else _params(incident, wish, action, answers),
        risk=catalog.risk(name),
        order=order_of(action, catalog.stages(name)) if action.is_sequence else None,
        requester=wish.by,
        reason=wish.reason,
        source=wish.source,
        planned_at=parts.clock.now(),
        item_id=wish.item_id,
    )


def token_of(delivery: str) -> str:
    """A key's token, the same for the same request."""
    return hashlib.sha256(delivery.encode()).hexdigest()[:16]


def _params(incident: Incident, wish: Wish, action: Action, answers: Mapping[str, Any]) -> dict[str, Any]:
    given = action.params_with(answers)
    return filled_in(action.command, given, who=wish.by, reason=wish.reason, incident_id=incident.id)


async def _plan(parts: Parts, name: str, action: Action, draft: Run) -> Plan:
    if not action.is_sequence:
        return with_end(await plan_command(parts, action.command or "", draft.params), action)
    return await plan_steps(parts, f"sequence {name}", parts.organisation.catalog.steps(name), draft)


async def _not_planned(parts: Parts, draft: Run, error: ActionError) -> None:
    async def commit(work: UnitOfWork, now: datetime) -> None:
        text = f"{draft.named} could not be planned: {error}"
        await record(work, draft, EntryKind.RUN_FAILED, text, by=draft.requester, now=now)

    await parts.database.write(lambda work: commit(work, parts.clock.now()))


def _why(run: Run) -> dict[str, str]:
    return {"reason": run.reason} if run.reason else {}
