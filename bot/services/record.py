"""What people add to the timeline in words: notes, decisions with their owner, corrections. Nothing is changed."""

from collections.abc import Mapping
from typing import Final

from bot.services.parts import Parts
from incidents.errors import NotFoundError, NotUnderstoodError
from incidents.timeline import EntryKind, TimelineEntry
from storage.unit_of_work import UnitOfWork

TEXT_LIMIT: Final = 3000
_EXAMPLES: Final = {
    EntryKind.NOTE: "/incident note Key of agent-prod revoked by hand",
    EntryKind.DECISION: "/incident decision Stay on the old model until Monday owner @bob",
    EntryKind.CORRECTION: "/incident correct 7 It was the staging key",
}


async def note(parts: Parts, incident_id: int, text: str, *, by: str, delivery: str) -> TimelineEntry:
    """Add a note.

    Raises:
        NotUnderstoodError: there are no words, or too many.
    """
    return await _add(parts, incident_id, EntryKind.NOTE, text, {}, by=by, delivery=delivery)


async def decide(
    parts: Parts, incident_id: int, text: str, *, owner: str, by: str, delivery: str
) -> TimelineEntry:
    """Add a decision, which somebody owns.

    Raises:
        NotUnderstoodError: there are no words, or too many.
    """
    return await _add(
        parts, incident_id, EntryKind.DECISION, text, {"owner": owner}, by=by, delivery=delivery
    )


async def correct(
    parts: Parts, incident_id: int, number: int, text: str, *, by: str, delivery: str
) -> TimelineEntry:
    """Add an entry that corrects another one, which stays as it is.

    Raises:
        NotUnderstoodError: there are no words, or too many.
        NotFoundError: there is no entry of this number.
    """
    details = {"corrects": str(number)}
    return await _add(parts, incident_id, EntryKind.CORRECTION, text, details, by=by, delivery=delivery)


async def _add(
    parts: Parts,
    incident_id: int,
    kind: EntryKind,
    text: str,
    details: Mapping[str, str],
    *,
    by: str,
    delivery: str,
) -> TimelineEntry:
    words = _words(text, kind)

    async def commit(work: UnitOfWork) -> TimelineEntry:
        now = parts.clock.now()
        await work.incidents.get(incident_id, lock=True)
        if not await work.deliveries.accept(delivery, now):
            return (await work.timeline.entries(incident_id, limit=1))[0]
        if corrected := details.get("corrects"):
            await _must_be_there(work, incident_id, int(corrected))
        ref = f"INC-{incident_id}/{corrected}" if corrected else None
        return await work.timeline.append(
            incident_id, at=now, actor=by, kind=kind, text=words, ref=ref, details=details
        )

    return await parts.database.write(commit)


async def _must_be_there(work: UnitOfWork, incident_id: int, number: int) -> None:
    if await work.timeline.entry(incident_id, number) is None:
        raise NotFoundError(
            f"INC-{incident_id} has no entry {number}. The numbers stand in /incident timeline."
        )


def _words(text: str, kind: EntryKind) -> str:
    words = text.strip()
    if not words:
        raise NotUnderstoodError(f"Say what it is: {_EXAMPLES[kind]}")
    if len(words) > TEXT_LIMIT:
        raise NotUnderstoodError(
            f"That has {len(words)} characters and {TEXT_LIMIT} fit. Please shorten it, or write it in two."
        )
    return words
