"""Posting the messages that follow an incident: the card, the checklist, the announcement. Steps of a job.

What they show is read, and the intent to post them recorded, while Slack is still making the channel: then
nothing stands between the channel's being there and the checklist's leaving.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from bot.services.channel_furniture import bookmark_card
from bot.services.draw import ANNOUNCEMENT, CARD, CHECKLIST
from bot.services.in_order import InOrder
from bot.services.parts import Parts
from bot.services.post_once import post_once
from bot.services.side_by_side import side_by_side
from bot.views import updates
from incidents.checklist import ChecklistPhase
from incidents.errors import TemporaryError
from incidents.incident import Incident
from incidents.status_update import StatusUpdate, UpdateKind
from storage.journal.run import JobRun
from storage.messages import PostedMessage
from storage.unit_of_work import UnitOfWork

INITIAL = "initial"


@dataclass(frozen=True)
class Prepared:
    """What is to be posted, read before the channel is there."""

    announcement: PostedMessage | None
    """None of a private incident, which nobody outside hears of."""
    card: PostedMessage
    checklist: Sequence[PostedMessage]
    phases: Sequence[ChecklistPhase]
    initial: StatusUpdate
    last: StatusUpdate | None

    @property
    def in_channel(self) -> list[PostedMessage]:
        """The messages of the incident's channel that follow it, from the top down."""
        return [self.card, *self.checklist]


async def prepare(parts: Parts, run: JobRun, incident: Incident) -> Prepared:
    """Read what is to be posted, and record the intent to post it."""
    prepared = await parts.database.read(lambda work: _read(work, incident.id))
    posted = [*([prepared.announcement] if prepared.announcement else []), *prepared.in_channel]
    await run.intend(INITIAL, *(_name(one) for one in posted))
    return prepared


async def post_all(parts: Parts, run: JobRun, incident: Incident, prepared: Prepared) -> None:
    """Post card, initial notification and one checklist message a phase; pin the card as soon as it is there.

    They leave in this order without waiting for each other. Should Slack have stored the checklist in another
    order, the phases are dealt out anew over its messages, so that they read from the top down.
    """
    names = [_name(one) for one in prepared.in_channel]
    order = InOrder([names[0], INITIAL, *names[1:]])
    card = asyncio.ensure_future(_post(parts, run, incident, prepared.card, prepared, order=order))
    await side_by_side(
        _pin(parts, run, incident, card),
        _post_initial(parts, run, incident, prepared.initial, order),
        *(_post(parts, run, incident, one, prepared, order=order) for one in prepared.checklist),
    )
    await parts.database.write(lambda work: _deal_out(work, parts, incident.id))


async def announce(parts: Parts, run: JobRun, incident: Incident, prepared: Prepared) -> None:
    """Post the live card in the common channel.

    Raises:
        TemporaryError: the bot is not in that channel.
    """
    reference = parts.organisation.channels.incidents
    channel = await parts.workspace.channel_id(reference)
    if channel is None:
        text = f"I am not in {reference}: invite me there (/invite @Cordon), so that everybody sees this"
        raise TemporaryError("Slack", "not_in_channel", text)
    if prepared.announcement:
        await _post(parts, run, incident, prepared.announcement, prepared, channel=channel)


async def _read(work: UnitOfWork, incident_id: int) -> Prepared:
    announcements = await work.messages.of(incident_id, ANNOUNCEMENT)
    [card] = await work.messages.of(incident_id, CARD)
    told = await work.updates.all(incident_id)
    return Prepared(
        announcement=announcements[0] if announcements else None,
        card=card,
        checklist=await work.messages.of(incident_id, CHECKLIST),
        phases=await work.checklists.phases(incident_id),
        initial=next(update for update in told if update.kind is UpdateKind.INITIAL),
        last=await work.updates.last(incident_id),
    )


def _name(posted: PostedMessage) -> str:
    return f"{posted.kind}-{posted.part}"


async def _post(
    parts: Parts,
    run: JobRun,
    incident: Incident,
    posted: PostedMessage,
    prepared: Prepared,
    *,
    order: InOrder | None = None,
    channel: str | None = None,
) -> str:
    """Post one message that follows the incident, and remember where it is."""
    message = parts.artist.compose(posted, incident, prepared.phases, prepared.last)
    where = channel or incident.channel_id or ""
    # an earlier attempt may have posted an older state; what is of no known revision is edited
    revision = posted.wanted if run.is_fresh(_name(posted)) else 0
    ts = await post_once(parts, run, where, message, _name(posted), order=order)
    if posted.ts is None:
        await parts.database.write(
            lambda work: work.messages.posted(posted.id, channel_id=where, ts=ts, revision=revision)
        )
        parts.refresher.wake([posted.id])
    return ts


async def _post_initial(
    parts: Parts, run: JobRun, incident: Incident, initial: StatusUpdate, order: InOrder
) -> None:
    """Post the initial notification, which now can name the channel."""
    text = updates.text(
        UpdateKind.INITIAL,
        incident,
        initial.fields,
        author=initial.author,
        now=initial.at,
        templates=parts.templates,
        scheme=parts.scheme,
    )
    message = updates.message(incident, initial.model_copy(update={"text": text}))
    await post_once(parts, run, incident.channel_id or "", message, INITIAL, order=order)


async def _pin(parts: Parts, run: JobRun, incident: Incident, card: "asyncio.Future[str]") -> None:
    """Pin the card and bookmark it."""
    ts = await card
    channel = incident.channel_id or ""
    await side_by_side(
        run.step("pin", lambda: parts.workspace.pin(channel, ts)),
        bookmark_card(parts, run, incident, ts),
    )


async def _deal_out(work: UnitOfWork, parts: Parts, incident_id: int) -> None:
    """Give the phases, in their order, to the checklist's messages in the order they stand in the channel."""
    posted = await work.messages.of(incident_id, CHECKLIST)
    stamps = sorted((one.ts for one in posted if one.ts), key=float)
    for one, ts in zip(posted, stamps, strict=False):
        if one.ts != ts:
            await work.messages.move(one.id, ts=ts)
            await parts.refresher.touch(work, incident_id, CHECKLIST, part=one.part)
