"""Posting the messages that follow an incident: the card, the checklist, the announcement. Steps of a job."""

import asyncio
import hashlib
from datetime import datetime
from functools import partial

from bot.services.channel_furniture import bookmark_card
from bot.services.draw import ANNOUNCEMENT, CARD, CHECKLIST, Artist
from bot.services.in_order import InOrder
from bot.services.parts import Parts
from bot.views import answers, updates
from incidents.errors import TemporaryError
from incidents.incident import Incident
from incidents.ports import Message
from incidents.status_update import UpdateKind
from storage.journal.run import JobRun
from storage.messages import PostedMessage
from storage.unit_of_work import UnitOfWork

_INITIAL = "initial"


async def post_all(parts: Parts, run: JobRun, incident: Incident) -> None:
    """Post card, initial notification and one checklist message a phase; pin the card as soon as it is there.

    They leave in this order without waiting for each other. Should Slack have stored the checklist in another
    order, the phases are dealt out anew over its messages, so that they read from the top down.
    """
    channel = incident.channel_id or ""
    expected = await parts.database.read(lambda work: _expected(work, incident.id))
    named = {_name(posted): posted for posted in expected}
    order = InOrder(["card-0", _INITIAL, *(name for name in named if name != "card-0")])
    first = asyncio.ensure_future(_post_one(parts, run, channel, named["card-0"], order))
    rest = [
        _post_one(parts, run, channel, posted, order) for name, posted in named.items() if name != "card-0"
    ]
    try:
        results = await asyncio.gather(
            _pin(parts, run, incident, first),
            _post_initial(parts, run, incident, order),
            *rest,
            return_exceptions=True,
        )
    finally:
        first.cancel()
    for result in results:
        if isinstance(result, BaseException):
            raise result
    await parts.database.write(lambda work: _deal_out(work, parts, incident.id))


async def announce(parts: Parts, run: JobRun, incident: Incident) -> str | None:
    """Post the live card in the common channel; returns what is lacking."""
    reference = parts.organisation.channels.incidents
    channel = await parts.workspace.channel_id(reference)
    if channel is None:
        text = f"I am not in {reference}: invite me there (/invite @Cordon), so that everybody sees this"
        raise TemporaryError("Slack", "not_in_channel", text)
    [posted] = await parts.database.read(lambda work: work.messages.of(incident.id, ANNOUNCEMENT))
    await _post_one(parts, run, channel, posted, None)
    return None


async def say_once(parts: Parts, run: JobRun, incident: Incident, text: str) -> None:
    """Say some markup in the incident's channel, once for the same words."""
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    message = answers.warning(text)
    await post_once(parts, run, incident.channel_id or "", message, f"said-{digest}")


async def post_once(
    parts: Parts,
    run: JobRun,
    channel: str,
    message: Message,
    name: str,
    *,
    order: InOrder | None = None,
) -> str:
    """Post a message as a step of a job; found again where its answer was lost."""
    key = f"{run.key}/{name}"
    pipelined = order is not None

    async def effect() -> str:
        if order:
            await order.turn(name)
            order.begun(name)
        return await parts.workspace.post(channel, message, key=key, pipelined=pipelined)

    async def probe(since: datetime) -> str | None:
        return await parts.workspace.find_message(channel, key, posted_after=since)

    try:
        return await run.step(name, effect, probe=probe)
    finally:
        if order:
            order.begun(name)


def _name(posted: PostedMessage) -> str:
    return f"{posted.kind}-{posted.part}"


async def _expected(work: UnitOfWork, incident_id: int) -> list[PostedMessage]:
    return [
        *await work.messages.of(incident_id, CARD),
        *await work.messages.of(incident_id, CHECKLIST),
    ]


async def _post_one(
    parts: Parts, run: JobRun, channel: str, posted: PostedMessage, order: InOrder | None
) -> str:
    """Post one message that follows the incident, and remember where it is."""
    artist = Artist(parts.templates, parts.scheme, parts.clock)
    fresh, message = await parts.database.read(partial(_drawn, artist=artist, message_id=posted.id))
    ts = await post_once(parts, run, channel, message, _name(posted), order=order)
    if fresh.ts is None:
        await parts.database.write(
            lambda work: work.messages.posted(posted.id, channel_id=channel, ts=ts, revision=fresh.wanted)
        )
        parts.refresher.wake([posted.id])  # it may have changed while it was being posted
    return ts


async def _drawn(work: UnitOfWork, artist: Artist, message_id: int) -> tuple[PostedMessage, Message]:
    posted = await work.messages.get(message_id)
    return posted, await artist.draw(work, posted)


async def _post_initial(parts: Parts, run: JobRun, incident: Incident, order: InOrder) -> None:
    told = await parts.database.read(lambda work: work.updates.all(incident.id))
    first = next(update for update in told if update.kind is UpdateKind.INITIAL)
    text = updates.text(
        UpdateKind.INITIAL,
        incident,
        first.fields,
        author=first.author,
        now=first.at,
        templates=parts.templates,
        scheme=parts.scheme,
    )
    message = updates.message(incident, first.model_copy(update={"text": text}))
    await post_once(parts, run, incident.channel_id or "", message, _INITIAL, order=order)


async def _pin(parts: Parts, run: JobRun, incident: Incident, card: "asyncio.Future[str]") -> None:
    """Pin the card and bookmark it."""
    ts = await card
    channel = incident.channel_id or ""
    await asyncio.gather(
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
