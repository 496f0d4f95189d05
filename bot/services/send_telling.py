"""Send one telling to one audience: a durable job, in order, which says what it lacks and tries for a day.

Which tellings there are is decided in `tell_audiences.py`, and in `decide_update.py` for those that waited.
"""

from datetime import datetime
from typing import Final

from bot.services.draw import ANNOUNCEMENT, APPROVAL, CARD
from bot.services.parts import Parts
from bot.services.post_once import post_once, say_once
from bot.views import mrkdwn, updates
from incidents.audience import Audience
from incidents.errors import OutageError, OutsideError, PermanentError, TemporaryError
from incidents.incident import Incident
from incidents.status_update import StatusUpdate, UpdateState
from incidents.timeline import EntryKind
from storage.jobs import NewJob
from storage.journal.model import JobKind
from storage.journal.run import JobRun
from storage.unit_of_work import UnitOfWork

KIND: Final = "tell_audience"
PROBLEM: Final = "audience "
"""What the names of problems with audiences begin with."""

_ATTEMPTS: Final = 1500
"""About a day, a minute apart: somebody must invite the bot, perhaps in the morning."""
_IN_ORDER: Final = "in_order"
_ABSENT: Final = {"not_in_channel", "channel_not_found", "is_archived"}


async def send(work: UnitOfWork, update: StatusUpdate, *, now: datetime) -> None:
    """Let a telling be posted in its audience's channel."""
    job = NewJob(KIND, f"{KIND}:{update.id}", {"update": update.id}, incident_id=update.incident_id)
    await work.jobs.add(job, now=now)


def kind(parts: Parts) -> JobKind:
    """The journal's kind of job: post one telling in its audience's channel."""

    async def body(run: JobRun) -> None:
        incident, update, before = await parts.database.read(lambda work: _look(work, run))
        if update.state is not UpdateState.SENDING:
            return
        try:
            await _post(parts, run, incident, update, before)
        except OutsideError as error:
            if error.code in _ABSENT or (run.attempt > 1 and error.code != _IN_ORDER):
                await _lacks(parts, run, incident, update, f"{error}. I keep trying.")
            if error.code in _ABSENT:  # somebody can mend it meanwhile
                raise TemporaryError(error.service, error.code, str(error), retry_after=10) from error
            raise
        await parts.database.write(lambda work: _sent(work, parts, update))

    async def give_up(run: JobRun, reason: str) -> None:
        incident, update, _ = await parts.database.read(lambda work: _look(work, run))
        await _lacks(parts, run, incident, update, f"I gave up: {reason}. Please tell them yourself.")
        await parts.database.write(lambda work: _failed(work, parts, update))

    return JobKind(KIND, body, max_attempts=_ATTEMPTS, on_give_up=give_up)


async def _look(work: UnitOfWork, run: JobRun) -> tuple[Incident, StatusUpdate, list[StatusUpdate]]:
    """The incident, the telling, and earlier ones for the same audience that are not sent yet."""
    incident = await work.incidents.get(run.incident_id or 0)
    update = await work.updates.get(run.args["update"])
    queue = await work.updates.of_audience(incident.id, update.audience, UpdateState.SENDING)
    return incident, update, [one for one in queue if one.id < update.id]


async def _post(
    parts: Parts, run: JobRun, incident: Incident, update: StatusUpdate, before: list[StatusUpdate]
) -> None:
    audience = parts.organisation.audience(update.audience)
    if audience is None:
        raise PermanentError(
            "Slack", "no_audience", f"cordon.yaml has no audience {update.audience} any more"
        )
    if before:
        raise TemporaryError("Slack", _IN_ORDER, "what they are told before this is not sent yet")
    try:
        channel = await _place(parts, incident, audience)
        await post_once(parts, run, channel, updates.message(incident, update), "telling")
    except PermanentError as error:
        if error.code in _ABSENT:
            text = f"I am not in {audience.channel}: invite me there (/invite @Cordon)"
            raise PermanentError("Slack", error.code, text) from error
        raise


async def _place(parts: Parts, incident: Incident, audience: Audience) -> str:
    """The id of the audience's channel."""
    if audience.channel is None:
        if incident.channel_id is None:
            raise OutageError("Slack", "no_channel", "the incident's channel is not open yet")
        return incident.channel_id
    found = await parts.workspace.channel_id(audience.channel)
    if found is None:
        raise PermanentError("Slack", "not_in_channel")
    return found


async def _lacks(parts: Parts, run: JobRun, incident: Incident, update: StatusUpdate, why: str) -> None:
    """Say on the card and in the channel, once for the same words, that an audience is not told yet."""
    title, key = parts.organisation.audience_title(update.audience), PROBLEM + update.audience
    sentence = mrkdwn.escape(f"{title} are not told yet: {why}")
    if incident.problems.get(key) != sentence:
        await parts.database.write(lambda work: _note(work, parts, incident.id, key, sentence))
    if incident.channel_id:
        await say_once(parts, run, incident, sentence)


async def _note(work: UnitOfWork, parts: Parts, incident_id: int, key: str, sentence: str | None) -> None:
    await work.incidents.set_problem(incident_id, key, sentence)
    if sentence:
        await work.timeline.append(
            incident_id,
            at=parts.clock.now(),
            actor="cordon",
            kind=EntryKind.PROBLEM,
            text=mrkdwn.unescape(sentence),
        )
    await parts.refresher.touch(work, incident_id, CARD, ANNOUNCEMENT)


async def _sent(work: UnitOfWork, parts: Parts, update: StatusUpdate) -> None:
    incident = await work.incidents.get(update.incident_id, lock=True)
    if (await work.updates.get(update.id)).state is not UpdateState.SENDING:
        return
    await work.updates.change(update.id, state=UpdateState.PUBLISHED)
    await work.timeline.append(
        incident.id,
        at=parts.clock.now(),
        actor="cordon",
        kind=EntryKind.UPDATE_SENT,
        text=f"{updates.NOTICE[update.kind]} sent to {parts.organisation.audience_title(update.audience)}",
        details={"audience": update.audience, "update": str(update.id)},
    )
    await parts.refresher.touch(work, incident.id, APPROVAL, part=update.id)
    await _hurry_next(work, update, parts.clock.now())
    if PROBLEM + update.audience in incident.problems:
        await _note(work, parts, incident.id, PROBLEM + update.audience, None)


async def _hurry_next(work: UnitOfWork, sent: StatusUpdate, now: datetime) -> None:
    """What waited for this one need not sit out its pause."""
    for one in (await work.updates.of_audience(sent.incident_id, sent.audience, UpdateState.SENDING))[:1]:
        if await work.jobs.cancel(f"{KIND}:{one.id}"):
            key = f"{KIND}:{one.id}:after:{sent.id}"
            job = NewJob(KIND, key, {"update": one.id}, incident_id=one.incident_id)
            await work.jobs.add(job, now=now)


async def _failed(work: UnitOfWork, parts: Parts, update: StatusUpdate) -> None:
    await work.updates.change(update.id, state=UpdateState.FAILED)
    await parts.refresher.touch(work, update.incident_id, APPROVAL, part=update.id)
