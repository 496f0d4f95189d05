"""Going on without the approvals when nobody answers: with a reason, aloud, and with a page."""

from datetime import datetime

from bot.services import notice, page
from bot.services.channel_people import references
from bot.services.contain.allowed import person_of, refuse, requester_of, run_and_incident
from bot.services.contain.carry_out import enqueue
from bot.services.contain.change_run import change_run, changes_in_words, keep, record
from bot.services.parts import Parts
from bot.views import run as view
from incidents.approval import REASON_LIMIT, BreakGlass, may_break_glass
from incidents.errors import IllegalMoveError, NotAllowedError, OutsideError
from incidents.incident import Incident
from incidents.run_moves import approve
from incidents.runs import Run
from incidents.timeline import EntryKind
from storage.unit_of_work import UnitOfWork


async def break_glass(parts: Parts, run_id: int, *, by: str, reason: str, delivery: str) -> Run:
    """Start a run that waits for approval, without it.

    Raises:
        NotAllowedError: they may not, or not yet, or gave no reason; that stands in the record.
        IllegalMoveError: it does not wait for approval.
    """
    run, incident = await run_and_incident(parts, run_id)
    found = await requester_of(parts, run, incident)
    person = await person_of(parts, found.rule.break_glass.who, by, found.crew)
    called = await _people(parts, incident)
    reason = reason.strip()[:REASON_LIMIT]

    async def change(work: UnitOfWork, run: Run, now: datetime) -> Run:
        if run.asked_at is None:
            raise IllegalMoveError(f"{run.named} was not sent for approval. Press Run.")
        decision = may_break_glass(
            found.rule, person=person, asked_at=run.asked_at, reason=reason, now=now, crew=found.crew
        )
        if not decision.allowed:
            raise NotAllowedError(decision.sentence)
        glass = BreakGlass(by=by, at=now, reason=reason)
        verdict = found.judge(run, now, glass)
        broken = await keep(work, parts, approve(run, verdict.until, glass))
        text = f"{run.named} run without approval: {reason}. {changes_in_words(run)}"
        await record(work, broken, EntryKind.BREAK_GLASS, text, by=by, now=now, reason=reason)
        said = view.glass_broken(broken, called)
        await notice.enqueue(work, incident.id, f"glass-{run.id}", said, now=now)
        await page.loudly(work, parts, await work.incidents.get(incident.id, lock=True), now)
        await enqueue(work, broken, now)
        return broken

    try:
        return await change_run(parts, run_id, change, delivery=delivery)
    except NotAllowedError as error:
        return await refuse(parts, incident, by, str(error))


async def _people(parts: Parts, incident: Incident) -> list[str]:
    """Who must hear of it: the severity's people, and who commands; in a drill nobody else."""
    wanted = [] if incident.drill else references(parts, incident)
    try:
        found, _ = await parts.workspace.people(wanted)
    except OutsideError:
        found = []
    return list(dict.fromkeys([*([incident.commander] if incident.commander else []), *found]))
