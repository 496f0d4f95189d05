"""Starting a planned run, asking others to agree, agreeing, and calling it off. Each press counts once."""

from datetime import datetime

from bot.services import notice
from bot.services.contain import carry_out, waiting
from bot.services.contain.allowed import (
    Requester,
    check_own,
    person_of,
    refuse,
    requester_of,
    run_and_incident,
)
from bot.services.contain.change_run import change_run, changes_in_words, keep, record
from bot.services.contain.keep_evidence import Evidence, is_owed, settled
from bot.services.parts import Parts
from bot.views import run as view
from incidents.approval import Judgement, check_approver
from incidents.errors import NotAllowedError
from incidents.incident import Incident
from incidents.run_moves import agree, approve, ask, give_up
from incidents.runs import Run, Snapshot, SnapshotState
from incidents.timeline import EntryKind
from storage.unit_of_work import UnitOfWork


async def confirm(parts: Parts, run_id: int, *, by: str, delivery: str, with_evidence: bool = True) -> Run:
    """Start a planned run, or send it for approval where the policy wants others to agree.

    Args:
        parts: what the use cases work with.
        run_id: the run.
        by: who asked for it, or the incident commander.
        delivery: the key of the press.
        with_evidence: whether what it would destroy is kept first; skipping that stands in the record.

    Raises:
        IllegalMoveError: it is past that, or theirs to decide.
        NotAllowedError: the policy refuses.
        TargetTakenError: another run has the target.
    """
    run, incident = await run_and_incident(parts, run_id)
    check_own(run, incident, by)
    found = await requester_of(parts, run, incident)

    async def change(work: UnitOfWork, run: Run, now: datetime) -> Run:
        verdict = found.judge(run, now)
        if verdict.judgement is Judgement.REFUSED:
            raise NotAllowedError(verdict.sentence)
        if verdict.allowed:
            released = await release(work, parts, run, verdict.until, now=now)
            return released if with_evidence else await _without_evidence(work, parts, released, by, now)
        return await _ask(work, parts, run, incident, found, by=by, now=now)

    try:
        return await change_run(parts, run_id, change, delivery=delivery)
    except NotAllowedError as error:
        return await refuse(parts, incident, by, str(error))


async def agree_to(parts: Parts, run_id: int, *, by: str, delivery: str) -> Run:
    """Approve a run; the last approval that is needed starts it.

    Raises:
        NotAllowedError: their approval does not count; says whose does, and stands in the record.
        IllegalMoveError: it does not wait for approval.
    """
    run, incident = await run_and_incident(parts, run_id)
    found = await requester_of(parts, run, incident)
    approver = await person_of(parts, found.rule.approvers, by, found.crew)

    async def change(work: UnitOfWork, run: Run, now: datetime) -> Run:
        decision = check_approver(
            found.rule,
            approver=approver,
            requester=run.requester,
            approvals=run.approvals,
            now=now,
            crew=found.crew,
        )
        if not decision.allowed:
            raise NotAllowedError(decision.sentence)
        agreed = await keep(work, parts, agree(run, by, now))
        await record(work, agreed, EntryKind.RUN_APPROVED, f"{run.named} approved", by=by, now=now)
        verdict = found.judge(agreed, now)
        if not verdict.allowed:
            return agreed
        return await release(work, parts, agreed, verdict.until, now=now)

    try:
        return await change_run(parts, run_id, change, delivery=delivery)
    except NotAllowedError as error:
        return await refuse(parts, incident, by, str(error))


async def call_off(parts: Parts, run_id: int, *, by: str, delivery: str) -> Run:
    """Cancel or decline a run that has not started: who asked, who commands, or who might approve it.

    Raises:
        IllegalMoveError: it has started, or is not theirs to call off.
    """
    run, incident = await run_and_incident(parts, run_id)
    found = await requester_of(parts, run, incident)
    if not await _may_decline(parts, run, found, by):
        check_own(run, incident, by)

    async def change(work: UnitOfWork, run: Run, now: datetime) -> Run:
        ended = await keep(work, parts, give_up(run, by, now))
        word = "cancelled" if by == run.requester else "declined"
        await record(work, ended, EntryKind.RUN_CANCELLED, f"{run.named} {word}", by=by, now=now)
        return ended

    return await change_run(parts, run_id, change, delivery=delivery)


async def release(work: UnitOfWork, parts: Parts, run: Run, until: datetime | None, *, now: datetime) -> Run:
    """Free a run to start, and let it be carried out after the commit."""
    approved = await keep(work, parts, approve(run, until))
    await carry_out.enqueue(work, approved, now)
    return approved


async def _may_decline(parts: Parts, run: Run, found: Requester, by: str) -> bool:
    approver = await person_of(parts, found.rule.approvers, by, found.crew)
    return check_approver(
        found.rule,
        approver=approver,
        requester=run.requester,
        approvals=(),
        now=parts.clock.now(),
        crew=found.crew,
    ).allowed


async def _ask(
    work: UnitOfWork,
    parts: Parts,
    run: Run,
    incident: Incident,
    found: Requester,
    *,
    by: str,
    now: datetime,
) -> Run:
    asked = await keep(work, parts, ask(run, now))
    text = f"Approval asked for {run.named}: {changes_in_words(run)}"
    await record(work, asked, EntryKind.RUN_PLANNED, text, by=by, now=now)
    await waiting.enqueue(work, parts, asked, now)
    said = view.approval_wanted(incident, asked, found.rule)
    await notice.enqueue(work, incident.id, f"approve-{run.id}", said, now=now)
    return asked


async def _without_evidence(work: UnitOfWork, parts: Parts, run: Run, by: str, now: datetime) -> Run:
    if not is_owed(run):
        return run
    skipped = Snapshot(state=SnapshotState.SKIPPED, why="who ran it chose so")
    return await settled(work, parts, run, Evidence(skipped), by=by, now=now)
