"""Ask in the incident's channel for the approval of a text. The message then follows the text's state."""

from datetime import datetime
from typing import Final

from bot.services.draw import APPROVAL
from bot.services.parts import Parts
from bot.services.post_once import post_once
from incidents.errors import OutageError
from incidents.incident import Incident
from incidents.ports import Message
from incidents.status_update import StatusUpdate, UpdateState
from storage.jobs import NewJob
from storage.journal.model import JobKind
from storage.journal.run import JobRun
from storage.messages import PostedMessage
from storage.unit_of_work import UnitOfWork

KIND: Final = "ask_approval"


async def ask(work: UnitOfWork, incident: Incident, update: StatusUpdate, *, now: datetime) -> None:
    """Let approval be asked for: now, or as soon as the incident has its channel (`ask_all`)."""
    await work.messages.expect(incident.id, APPROVAL, update.id)
    if incident.channel_id:
        await _enqueue(work, update, now)


async def ask_all(work: UnitOfWork, incident_id: int, *, now: datetime) -> None:
    """Let approval be asked for whatever waited for the incident's channel to open."""
    for update in await work.updates.all(incident_id):
        if update.state is UpdateState.WAITING:
            await _enqueue(work, update, now)


async def _enqueue(work: UnitOfWork, update: StatusUpdate, now: datetime) -> None:
    job = NewJob(KIND, f"{KIND}:{update.id}", {"update": update.id}, incident_id=update.incident_id)
    await work.jobs.add(job, now=now)


def kind(parts: Parts) -> JobKind:
    """The journal's kind of job."""

    async def body(run: JobRun) -> None:
        found = await parts.database.read(lambda work: _look(work, parts, run))
        if found is None:
            return
        posted, channel, message = found
        # an earlier attempt may have posted an older state; what is of no known revision is edited
        revision = posted.wanted if run.is_fresh("ask") else 0
        ts = await post_once(parts, run, channel, message, "ask")
        if posted.ts is None:
            await parts.database.write(
                lambda work: work.messages.posted(posted.id, channel_id=channel, ts=ts, revision=revision)
            )
            parts.refresher.wake([posted.id])

    return JobKind(KIND, body)


async def _look(work: UnitOfWork, parts: Parts, run: JobRun) -> tuple[PostedMessage, str, Message] | None:
    """What to post where; None for a text that was overtaken before anybody was asked."""
    incident = await work.incidents.get(run.incident_id or 0)
    if incident.channel_id is None:
        raise OutageError("Slack", "no_channel", "the incident's channel is not open yet")
    update = await work.updates.get(run.args["update"])
    messages = await work.messages.of(incident.id, APPROVAL)
    posted = next((one for one in messages if one.part == update.id), None)
    overtaken = update.state is not UpdateState.WAITING and run.is_fresh("ask")
    if posted is None or overtaken:
        return None
    return posted, incident.channel_id, await parts.artist.draw(work, posted)
