"""Timers at the end of each phase's budget, so that the checklist and the card say so without a press."""

from datetime import datetime, timedelta

from bot.services.draw import ANNOUNCEMENT, CARD, CHECKLIST
from bot.services.parts import Parts
from incidents.incident import Incident
from incidents.playbook import Playbook
from storage.jobs import NewJob
from storage.journal.model import JobKind
from storage.journal.run import JobRun
from storage.unit_of_work import UnitOfWork

KIND = "phase_due"


async def enqueue(work: UnitOfWork, incident: Incident, playbook: Playbook, *, now: datetime) -> None:
    """Set a timer for every phase that has a budget."""
    timers = [
        NewJob(
            kind=KIND,
            key=f"{KIND}:{incident.id}:{position}",
            args={"part": position},
            run_at=incident.declared_at + timedelta(minutes=phase.ends_minute),
            incident_id=incident.id,
        )
        for position, phase in enumerate(playbook.phases)
        if phase.ends_minute is not None
    ]
    await work.jobs.add_timers(timers, now=now)


def kind(parts: Parts) -> JobKind:
    """The journal's kind of job."""

    async def body(run: JobRun) -> None:
        incident_id, part = run.incident_id or 0, int(run.args["part"])

        async def show(work: UnitOfWork) -> None:
            await parts.refresher.touch(work, incident_id, CHECKLIST, part=part)
            await parts.refresher.touch(work, incident_id, CARD, ANNOUNCEMENT, urgent=False)

        await parts.database.write(show)

    return JobKind(KIND, body)
