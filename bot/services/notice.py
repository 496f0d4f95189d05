"""A sentence to everybody in an incident's channel, posted by the journal once it can be."""

from datetime import datetime
from typing import Final

from bot.services.parts import Parts
from bot.services.post_once import post_once
from bot.views import answers
from incidents.errors import OutageError
from incidents.incident import Incident
from storage.jobs import NewJob
from storage.journal.model import JobKind
from storage.journal.run import JobRun
from storage.unit_of_work import UnitOfWork

KIND: Final = "notice"
OPENS: Final = "open_channel"
"""The kind of the job that opens a channel."""


async def enqueue(work: UnitOfWork, incident_id: int, key: str, markup: str, *, now: datetime) -> None:
    """Let this be said after the commit; `key` is unique within the incident, such as an entry's number."""
    job = NewJob(KIND, f"{KIND}:{incident_id}:{key}", {"markup": markup}, incident_id=incident_id)
    await work.jobs.add(job, now=now)


def kind(parts: Parts) -> JobKind:
    """The journal's kind of job."""

    async def body(run: JobRun) -> None:
        incident, opening = await parts.database.read(lambda work: _look(work, run.incident_id or 0))
        if incident.channel_id is None:
            if incident.status.is_over and not opening:
                return  # it ended without a channel
            raise OutageError("Slack", "no_channel", "the incident's channel is not open yet")
        mark = "🧪 " if incident.drill else ""
        await post_once(
            parts, run, incident.channel_id, answers.told(f"{mark}{run.args['markup']}"), "notice"
        )

    return JobKind(KIND, body)


async def _look(work: UnitOfWork, incident_id: int) -> tuple[Incident, bool]:
    """The incident, and whether its channel is still to be opened."""
    pending = await work.jobs.pending(incident_id, OPENS)
    return await work.incidents.get(incident_id), bool(pending)
