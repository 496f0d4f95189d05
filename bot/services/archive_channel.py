"""Archives the channel of an incident that is over, after the wait that the organisation chose; reopening takes it back."""

from datetime import datetime, timedelta
from typing import Final

from bot.services.parts import Parts
from incidents.incident import Incident
from incidents.lifecycle import Stage
from incidents.timeline import EntryKind
from storage.jobs import NewJob
from storage.journal.model import JobKind
from storage.journal.run import JobRun
from storage.unit_of_work import UnitOfWork

KIND: Final = "archive_channel"
_FOR_GOOD: Final = {Stage.CLOSED, Stage.CANCELLED, Stage.MERGED}


async def enqueue(
    work: UnitOfWork, parts: Parts, incident: Incident, *, now: datetime, at_once: bool = False
) -> datetime:
    """Set the timer in place of one set before; returns its moment."""
    await work.jobs.cancel_all(incident.id, KIND)
    wait = timedelta(hours=0 if at_once else parts.organisation.closing.archive_after_hours)
    job = NewJob(
        KIND,
        f"{KIND}:{incident.id}:{now.timestamp():.6f}",
        run_at=now + wait,
        incident_id=incident.id,
    )
    await work.jobs.add(job, now=now)
    return now + wait


async def take_back(work: UnitOfWork, incident: Incident) -> None:
    """Leave the channel as it is."""
    await work.jobs.cancel_all(incident.id, KIND)


def kind(parts: Parts) -> JobKind:
    """The journal's kind of job."""

    async def body(run: JobRun) -> None:
        incident = await parts.database.read(lambda work: work.incidents.get(run.incident_id or 0))
        channel = incident.channel_id
        if channel is None or incident.status not in _FOR_GOOD or incident.archived_at:
            return
        await run.step("archive", lambda: parts.workspace.archive(channel))

        async def record(work: UnitOfWork) -> None:
            now = parts.clock.now()
            await work.timeline.append(
                incident.id, at=now, actor="cordon", kind=EntryKind.ARCHIVED, text="Archived the channel"
            )
            await work.incidents.change(incident.id, archived_at=now)

        await run.step("record", lambda: parts.database.write(record))

    return JobKind(KIND, body)
