"""Undoing a run: asked for by a person or by its expiry, done by a job, and verified like the run itself."""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bot.services import notice
from bot.services.contain.allowed import person_of, refuse, run_and_incident
from bot.services.contain.change_run import change_run, keep, record, rule_of
from bot.services.contain.opened import opened
from bot.services.contain.patience import patiently
from bot.services.contain.progress import Teller
from bot.services.contain.tick import untick
from bot.services.parts import Parts
from bot.views import run as view
from incidents.containment import ActionError, Effect, Plan, Verification
from incidents.crew import crew_of
from incidents.errors import TargetTakenError
from incidents.rights import reaches
from incidents.run_moves import not_undone, undo, undone
from incidents.run_states import RunState
from incidents.runs import Failure, Run
from incidents.sequences import undo_order
from incidents.timeline import EntryKind
from storage.jobs import NewJob
from storage.journal.model import JobKind
from storage.journal.run import JobRun
from storage.unit_of_work import UnitOfWork

KIND: Final = "undo_run"
_log = logging.getLogger(__name__)


async def undo_run(parts: Parts, run_id: int, *, by: str, delivery: str) -> Run:
    """Begin to take a run back.

    Raises:
        NotAllowedError: the policy does not let them run such an action; that stands in the record.
        IllegalMoveError: there is nothing to take back, or it can't be.
        TargetTakenError: another run has the target.
    """
    run, incident = await run_and_incident(parts, run_id)
    rule, crew = rule_of(parts, run, incident), crew_of(incident)
    if not reaches(rule.run, await person_of(parts, rule.run, by, crew)):
        await refuse(parts, incident, by, f"You can't undo {run.named}: you may not run it either.")
    return await change_run(
        parts, run_id, lambda work, run, now: begin(work, parts, run, by, now), delivery=delivery
    )


async def begin(work: UnitOfWork, parts: Parts, run: Run, by: str, now: datetime) -> Run:
    """Let a run be taken back after the commit; raises as `undo_run` does."""
    going = await keep(work, parts, undo(run, by))
    job = NewJob(KIND, f"{KIND}:{run.id}:{going.version}", {"run": run.id}, incident_id=run.incident_id)
    await work.jobs.add(job, now=now)
    return going


def kind(parts: Parts) -> JobKind:
    """The journal's kind of job."""

    async def body(job: JobRun) -> None:
        await take_back(parts, int(job.args["run"]))

    async def give_up(job: JobRun, reason: str) -> None:
        await _ended(parts, int(job.args["run"]), _unknown(reason))

    return JobKind(KIND, body, on_give_up=give_up)


async def take_back(parts: Parts, run_id: int) -> Run:
    """Take back a run that is being undone; another one stays as it is."""
    run = await parts.database.read(lambda work: work.runs.get(run_id))
    if run.state is not RunState.REVERTING:
        return run
    result = await (_steps(parts, run) if run.order else _single(parts, run))
    return await _ended(parts, run_id, result)


async def take_back_at_once(parts: Parts, run_id: int, by: str) -> Run:
    """Undo a run as a part of something larger, where it can be; gives it as it is then."""

    async def change(work: UnitOfWork, run: Run, _now: datetime) -> Run:
        return await keep(work, parts, undo(run, by)) if run.may_undo else run

    try:
        await change_run(parts, run_id, change)
    except TargetTakenError as error:
        _log.warning("Run %d can't be taken back now: %s", run_id, error)
    return await take_back(parts, run_id)


async def _single(parts: Parts, run: Run) -> Verification | Failure:
    plan, teller = run.plan or Plan(target=""), Teller(parts, run.id)
    try:
        async with opened(parts, run.command or "", run.params) as prepared:
            command, params = prepared.command, prepared.params
            await patiently(parts, lambda: command.revert(params, plan, run.key, teller))
            return await patiently(parts, lambda: command.verify_reverted(params, plan, teller))
    except ActionError as error:
        return Failure.of(error)


async def _steps(parts: Parts, run: Run) -> Verification | Failure:
    """A sequence's steps, the last first; one that fails does not keep the others."""
    children = await parts.database.read(lambda work: work.runs.children(run.id))
    by_position = {child.position: child for child in children}
    going = [child.position for child in children if child.state is RunState.REVERTING]
    for position in dict.fromkeys([*going, *undo_order(children)]):
        await take_back_at_once(parts, by_position[position].id, run.reverted_by or "cordon")
    return _of_steps(await parts.database.read(lambda work: work.runs.children(run.id)))


def _of_steps(children: Sequence[Run]) -> Verification | Failure:
    failed = [child for child in children if child.may_undo]
    done = tuple(f"{child.named} is undone" for child in children if child.state is RunState.REVERTED)
    if not failed:
        return Verification(verified=True, evidence=done)
    return Failure(
        failed=" ".join(f"{child.named} is {child.state.words}." for child in failed),
        now="; ".join(done) + "." if done else "No step is undone.",
        then="Look at the step that failed, then press Undo again or put it right by hand.",
        effect=Effect.PARTIAL,
    )


async def _ended(parts: Parts, run_id: int, result: Verification | Failure) -> Run:
    async def change(work: UnitOfWork, run: Run, now: datetime) -> Run:
        if run.state is not RunState.REVERTING:
            return run
        after = undone(run, result, now) if isinstance(result, Verification) else not_undone(run, result)
        after = await keep(work, parts, after)
        by = run.reverted_by or "cordon"
        if after.state is RunState.REVERTED:
            seen = "; ".join(after.revert_verification.evidence) if after.revert_verification else ""
            text = f"{run.named} undone, and seen to be as before: {seen}"
            await record(work, after, EntryKind.RUN_REVERTED, text, by=by, now=now)
            await untick(work, parts, after, by, now)
            return after
        failure = after.failure or _unknown("")
        text = f"{run.named} is {after.state.words}. {failure.failed} {failure.now} {failure.then}"
        await record(work, after, EntryKind.RUN_FAILED, text, by=by, now=now, effect=failure.effect.value)
        if run.parent_id is None:
            said = view.needs_somebody(after)
            await notice.enqueue(work, run.incident_id, f"run-{run.id}-{after.version}", said, now=now)
        return after

    return await change_run(parts, run_id, change)


def _unknown(reason: str) -> Failure:
    return Failure(
        failed=f"Undoing was given up. {reason}".strip(),
        now="How things stand is not known.",
        then="Look at the target, then press Undo again or put it right by hand.",
        effect=Effect.UNKNOWN,
    )
