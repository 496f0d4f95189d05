"""Publish a status update: rendered once, kept, posted in the channel, and the next one's time set."""

from datetime import datetime
from typing import Final

from bot.services import remind, tell_audiences
from bot.services.draw import ANNOUNCEMENT, CARD
from bot.services.parts import Parts
from bot.services.post_once import post_once
from bot.views import updates
from incidents.errors import IllegalMoveError, NotUnderstoodError, OutageError
from incidents.incident import Incident
from incidents.status_update import FIELD_LIMIT, StatusUpdate, UpdateFields, UpdateKind
from incidents.timeline import EntryKind
from storage.jobs import NewJob
from storage.journal.model import JobKind
from storage.journal.run import JobRun
from storage.unit_of_work import UnitOfWork

KIND: Final = "post_update"


async def last_fields(parts: Parts, incident: Incident) -> UpdateFields:
    """What was said last, to fill a form with."""
    last = await parts.database.read(lambda work: work.updates.last(incident.id))
    return last.fields if last else UpdateFields()


def fields_with(last: UpdateFields, words: str) -> UpdateFields:
    """The last fields with a new state.

    Raises:
        NotUnderstoodError: the words are too many.
    """
    if len(words) > FIELD_LIMIT:
        raise NotUnderstoodError(
            f"That has {len(words)} characters and {FIELD_LIMIT} fit. Please shorten it."
        )
    return last.model_copy(update={"state": words})


async def publish_update(
    parts: Parts, incident_id: int, fields: UpdateFields, *, by: str, delivery: str
) -> Incident:
    """Publish an update.

    Raises:
        NotUnderstoodError: nothing was said.
        IllegalMoveError: the incident is over.
        ConfigError: the template fails.
    """
    if not fields.state.strip():
        raise NotUnderstoodError(
            "Say what is happening now: /incident update The leak is stopped, checking logs"
        )

    async def commit(work: UnitOfWork) -> Incident:
        now = parts.clock.now()
        incident = await work.incidents.get(incident_id, lock=True)
        if not incident.status.is_open:
            raise IllegalMoveError(f"{incident.key} is resolved. Reopen it on its card to publish an update.")
        if not await work.deliveries.accept(delivery, now):
            return incident
        due = parts.scheme.next_update(incident.severity, now)
        incident = await work.incidents.change(incident_id, last_update_at=now, next_update_at=due)
        await keep(work, parts, incident, UpdateKind.UPDATE, fields, by=by, now=now)
        await work.timeline.append(
            incident_id,
            at=now,
            actor=by,
            kind=EntryKind.UPDATE_PUBLISHED,
            text=f"Status update: {fields.state}",
        )
        await remind.enqueue(work, parts, incident, now=now)
        await parts.refresher.touch(work, incident_id, CARD, ANNOUNCEMENT)
        return incident

    return await parts.database.write(commit)


async def keep(
    work: UnitOfWork,
    parts: Parts,
    incident: Incident,
    kind: UpdateKind,
    fields: UpdateFields,
    *,
    by: str,
    now: datetime,
) -> StatusUpdate:
    """Render a telling, keep it, and let it be posted; the other audiences are told likewise."""
    text = updates.text(
        kind, incident, fields, author=by, now=now, templates=parts.templates, scheme=parts.scheme
    )
    update = await work.updates.add(incident.id, kind=kind, author=by, at=now, fields=fields, text=text)
    job = NewJob(KIND, f"{KIND}:{update.id}", {"update": update.id}, incident_id=incident.id)
    await work.jobs.add(job, now=now)
    await tell_audiences.fan_out(work, parts, incident, update, now=now)
    return update


def kind(parts: Parts) -> JobKind:
    """The journal's kind of job."""

    async def body(run: JobRun) -> None:
        incident = await parts.database.read(lambda work: work.incidents.get(run.incident_id or 0))
        if incident.channel_id is None:
            raise OutageError("Slack", "no_channel", "the incident's channel is not open yet")
        told = await parts.database.read(lambda work: work.updates.all(incident.id))
        update = next(one for one in told if one.id == run.args["update"])
        await post_once(parts, run, incident.channel_id, updates.message(incident, update), "update")

    return JobKind(KIND, body)
