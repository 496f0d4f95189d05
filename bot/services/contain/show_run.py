"""The message of a run in its incident's channel: posted by a job, and edited as the run goes on."""

from datetime import datetime
from typing import Final

from bot.services.draw import RUN
from bot.services.parts import Parts
from bot.services.post_once import post_once
from incidents.errors import OutageError
from incidents.ports import Message
from incidents.runs import Run
from storage.jobs import NewJob
from storage.journal.model import JobKind
from storage.journal.run import JobRun
from storage.messages import PostedMessage
from storage.unit_of_work import UnitOfWork

KIND: Final = "show_run"


async def enqueue(work: UnitOfWork, run: Run, now: datetime) -> None:
    """Let the run be shown as soon as the incident has its channel."""
    await work.messages.expect(run.incident_id, RUN, run.id)
    job = NewJob(KIND, f"{KIND}:{run.id}", {"run": run.id}, incident_id=run.incident_id)
    await work.jobs.add(job, now=now)


def kind(parts: Parts) -> JobKind:
    """The journal's kind of job."""

    async def body(job: JobRun) -> None:
        found = await parts.database.read(lambda work: _look(work, parts, job))
        if found is None:
            return
        posted, channel, message = found
        # an earlier attempt may have posted an older state; what is of no known revision is edited
        revision = posted.wanted if job.is_fresh("show") else 0
        ts = await post_once(parts, job, channel, message, "show")
        if posted.ts is None:
            await parts.database.write(
                lambda work: work.messages.posted(posted.id, channel_id=channel, ts=ts, revision=revision)
            )
            parts.refresher.wake([posted.id])

    return JobKind(KIND, body)


async def _look(work: UnitOfWork, parts: Parts, job: JobRun) -> tuple[PostedMessage, str, Message] | None:
    """What to post where; None for a message that was deleted in Slack."""
    incident = await work.incidents.get(job.incident_id or 0)
    if incident.channel_id is None:
        raise OutageError("Slack", "no_channel", "the incident's channel is not open yet")
    messages = await work.messages.of(incident.id, RUN)
    posted = next((one for one in messages if one.part == int(job.args["run"])), None)
    if posted is None:
        return None
    return posted, incident.channel_id, await parts.artist.draw(work, posted)
