"""A message that people marked, kept in the timeline as it was at that moment, and what became of it since."""

from bot.services.parts import Parts
from bot.views import readable
from incidents.errors import NotFoundError, OutsideError
from incidents.ports import Written
from incidents.timeline import EntryKind, TimelineEntry
from storage.unit_of_work import UnitOfWork

_WORDLESS = "(a message without words)"
_WORDS = {EntryKind.MESSAGE_ADDED, EntryKind.MESSAGE_EDITED}
_TEXT_LIMIT = 12_000


async def keep(
    parts: Parts, incident_id: int, channel: str, ts: str, *, by: str, way: str, delivery: str
) -> None:
    """Keep a message, once however often it is marked; the bot's own are left out.

    Args:
        parts: what the use cases work with.
        incident_id: whose timeline.
        channel: where the message is.
        ts: which message.
        by: who marked it.
        way: how, such as "pin".
        delivery: the same for the same event.

    Raises:
        NotFoundError: Slack does not show it to us.
    """
    ref = f"{channel}/{ts}"
    if await parts.database.read(lambda work: work.timeline.about(ref)):
        return
    written = await _read(parts, channel, ts)
    if written.own:
        return
    text, raw = await _said(parts, written)
    link = parts.workspace.permalink(channel, ts)
    details = {"author": written.author, "way": way, "raw": raw, "permalink": link or ""}

    async def commit(work: UnitOfWork) -> None:
        now = parts.clock.now()
        await work.incidents.get(incident_id, lock=True)
        if not await work.deliveries.accept(delivery, now) or await work.timeline.about(ref):
            return
        told = {name: value for name, value in details.items() if value}
        await work.timeline.append(
            incident_id, at=now, actor=by, kind=EntryKind.MESSAGE_ADDED, text=text, ref=ref, details=told
        )

    await parts.database.write(commit)


async def note_edit(parts: Parts, channel: str, ts: str, written: Written, *, by: str, delivery: str) -> None:
    """Note that a kept message says something else now; of any other message, nothing."""
    ref = f"{channel}/{ts}"
    if not await parts.database.read(lambda work: work.timeline.about(ref)):
        return
    text, raw = await _said(parts, written)
    await _note(parts, ref, EntryKind.MESSAGE_EDITED, text, raw, by=by, delivery=delivery)


async def note_deletion(parts: Parts, channel: str, ts: str, *, delivery: str) -> None:
    """Note that a kept message is gone; of any other message, nothing. Slack does not say who deleted it."""
    ref = f"{channel}/{ts}"
    if await parts.database.read(lambda work: work.timeline.about(ref)):
        text = "Deleted in Slack. What it said stays in the timeline."
        await _note(parts, ref, EntryKind.MESSAGE_DELETED, text, "", by="cordon", delivery=delivery)


async def _note(
    parts: Parts, ref: str, kind: EntryKind, text: str, raw: str, *, by: str, delivery: str
) -> None:
    async def commit(work: UnitOfWork) -> None:
        now = parts.clock.now()
        first = (await work.timeline.about(ref))[0]
        await work.incidents.get(first.incident_id, lock=True)
        told = await work.timeline.about(ref)
        if _known(told, kind, text) or not await work.deliveries.accept(delivery, now):
            return
        details = {"entry": str(first.seq), **({"raw": raw} if raw else {})}
        await work.timeline.append(
            first.incident_id, at=now, actor=by, kind=kind, text=text, ref=ref, details=details
        )

    await parts.database.write(commit)


def _known(told: list[TimelineEntry], kind: EntryKind, text: str) -> bool:
    """Whether the timeline says so already: Slack also calls it an edit when a preview comes to a message."""
    if kind is EntryKind.MESSAGE_EDITED:
        return next(entry.text for entry in reversed(told) if entry.kind in _WORDS) == text
    return any(entry.kind is kind for entry in told)


async def _read(parts: Parts, channel: str, ts: str) -> Written:
    try:
        written = await parts.workspace.message_at(channel, ts)
    except OutsideError as error:
        raise NotFoundError(
            f"The message could not be read, so it is not in the timeline: {error}. Please mark it again."
        ) from error
    if written is None:
        raise NotFoundError("Slack does not show me that message, so it is not in the timeline.")
    return written


async def _said(parts: Parts, written: Written) -> tuple[str, str]:
    """A message's words to read, and as Slack keeps them where that is something else."""
    text = "\n".join([written.text, *(f"[file: {name}]" for name in written.files)]).strip()
    try:
        names = await parts.workspace.names(readable.people_in(text))
    except OutsideError:
        names = {}  # ids in place of names are no reason to lose the message
    words = readable.words(text, names)[:_TEXT_LIMIT] or _WORDLESS
    return words, text[:_TEXT_LIMIT] if words != text else ""
