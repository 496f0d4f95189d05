"""The frame of a change to a run: locked, taken once for the same request, committed, and shown by its message."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from bot.services.draw import RUN
from bot.services.parts import Parts
from incidents.approval import ApprovalRule
from incidents.incident import Incident
from incidents.runs import Run
from incidents.severity import severity_number
from incidents.timeline import EntryKind
from storage.unit_of_work import UnitOfWork

Change = Callable[[UnitOfWork, Run, datetime], Awaitable[Run]]
"""Decides and writes; gives the run as it is then. What it raises undoes everything."""


async def change_run(parts: Parts, run_id: int, change: Change, *, delivery: str | None = None) -> Run:
    """Carry out a change, unless this request was taken before; gives the run as it is then.

    Raises:
        NotFoundError: there is no such run.
        PersonError: the change refuses, or somebody else was faster.
    """

    async def commit(work: UnitOfWork) -> Run:
        now = parts.clock.now()
        run = await work.runs.get(run_id, lock=True)
        if delivery is not None and not await work.deliveries.accept(delivery, now):
            return run
        return await change(work, run, now)

    return await parts.database.write(commit)


async def keep(work: UnitOfWork, parts: Parts, run: Run, *, urgent: bool = True) -> Run:
    """Keep what one event made of a run, and have its message, or its sequence's, show it.

    Raises:
        TargetTakenError: another run has its target.
        ConflictError: it was changed meanwhile.
    """
    await work.runs.change(run)
    await show(work, parts, run, urgent=urgent)
    return run


async def show(work: UnitOfWork, parts: Parts, run: Run, *, urgent: bool = True) -> None:
    """Have the run's message, or its sequence's, show how it stands; steps' changes are gathered a moment."""
    urgent = urgent and run.parent_id is None
    await parts.refresher.touch(work, run.incident_id, RUN, part=run.parent_id or run.id, urgent=urgent)


async def record(
    work: UnitOfWork, run: Run, kind: EntryKind, text: str, *, by: str, now: datetime, **details: str
) -> None:
    """Write into the incident's timeline what became of a run."""
    about = {"run": str(run.id), "action": run.action, "key": run.key, **details}
    await work.timeline.append(run.incident_id, at=now, actor=by, kind=kind, text=text, details=about)


def rule_of(parts: Parts, run: Run, incident: Incident) -> ApprovalRule:
    """The policy's rule for a run in its incident."""
    return parts.organisation.containment.rule(run.risk, severity_number(incident.severity))


def changes_in_words(run: Run) -> str:
    """What the plan changes, for the record."""
    changes = run.plan.changes if run.plan else ()
    return "; ".join(f"{one.what}: {one.before} → {one.after}" for one in changes) or "nothing"
