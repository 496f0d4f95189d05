"""The repository of the timeline. It only appends; the chain's rule stands in `incidents/timeline.py`.

The incident remembers its newest entry's number and hash, and the next entry continues from these: entries cut
off at the end leave a gap that cannot be grown over.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from incidents.errors import NotFoundError
from incidents.timeline import FIRST_LINK, EntryKind, TimelineEntry
from storage.tables import INCIDENTS, TIMELINE


class Timeline:
    """Entries by incident, each chained to the one before.

    Args:
        session: the transaction.
        stamp: details of every entry written here, such as from where it comes; an entry's own go before.
    """

    def __init__(self, session: AsyncSession, stamp: Mapping[str, str] | None = None) -> None:
        self._session = session
        self._stamp = dict(stamp or {})

    async def append(
        self,
        incident_id: int,
        *,
        at: datetime,
        actor: str,
        kind: EntryKind,
        text: str,
        ref: str | None = None,
        details: Mapping[str, str] | None = None,
    ) -> TimelineEntry:
        """Add an entry after the last one; other writers to this incident's timeline wait their turn.

        Raises:
            NotFoundError: there is no such incident.
        """
        count, head = await self._take_turn(incident_id)
        entry = TimelineEntry(
            incident_id=incident_id,
            seq=count + 1,
            at=at,
            actor=actor,
            kind=kind,
            text=text,
            ref=ref,
            details={**self._stamp, **(details or {})},
            previous=head,
        ).sealed()
        await self._session.execute(insert(TIMELINE).values(entry.model_dump()))
        newest = {"timeline_count": entry.seq, "timeline_head": entry.hash}
        await self._session.execute(update(INCIDENTS).where(INCIDENTS.c.id == incident_id).values(newest))
        return entry

    async def entries(
        self, incident_id: int, *, limit: int | None = None, before: int | None = None
    ) -> list[TimelineEntry]:
        """The entries in order, or only the last `limit` of them, or of those numbered lower than `before`."""
        query = select(TIMELINE).where(TIMELINE.c.incident_id == incident_id).order_by(TIMELINE.c.seq.desc())
        if before is not None:
            query = query.where(TIMELINE.c.seq < before)
        rows = (await self._session.execute(query.limit(limit))).mappings().all()
        return [TimelineEntry.model_validate(dict(row)) for row in reversed(rows)]

    async def newest(self, incident_id: int) -> tuple[int, str]:
        """The number and the hash that the newest entry was written with, as the incident remembers them."""
        kept = select(INCIDENTS.c.timeline_count, INCIDENTS.c.timeline_head)
        row = (await self._session.execute(kept.where(INCIDENTS.c.id == incident_id))).one_or_none()
        return (row[0] or 0, row[1] or FIRST_LINK) if row else (0, FIRST_LINK)

    async def entry(self, incident_id: int, seq: int) -> TimelineEntry | None:
        """The entry of this number, or None."""
        query = select(TIMELINE).where(TIMELINE.c.incident_id == incident_id, TIMELINE.c.seq == seq)
        row = (await self._session.execute(query)).mappings().one_or_none()
        return None if row is None else TimelineEntry.model_validate(dict(row))

    async def of_kind(self, incident_id: int, kind: EntryKind) -> list[TimelineEntry]:
        """The incident's entries of one kind, in order."""
        query = select(TIMELINE).where(TIMELINE.c.incident_id == incident_id, TIMELINE.c.kind == kind.value)
        rows = (await self._session.execute(query.order_by(TIMELINE.c.seq))).mappings().all()
        return [TimelineEntry.model_validate(dict(row)) for row in rows]

    async def decisions_of(
        self, owner: str, incident_ids: Sequence[int], *, limit: int
    ) -> tuple[list[TimelineEntry], int]:
        """Decisions that this person owns in these incidents.

        Returns:
            At most `limit` of them, the newest first, and how many there are.
        """
        decisions = TIMELINE.c.incident_id.in_(incident_ids) & (TIMELINE.c.kind == EntryKind.DECISION.value)
        where = decisions & (TIMELINE.c.details["owner"].as_string() == owner)
        order = (TIMELINE.c.at.desc(), TIMELINE.c.incident_id.desc(), TIMELINE.c.seq.desc())
        query = select(TIMELINE).where(where).order_by(*order).limit(limit)
        rows = (await self._session.execute(query)).mappings().all()
        count = select(func.count()).select_from(TIMELINE).where(where)
        total: int = (await self._session.execute(count)).scalar_one()
        return [TimelineEntry.model_validate(dict(row)) for row in rows], total

    async def about(self, ref: str) -> list[TimelineEntry]:
        """The entries that speak of this, such as a message as "channel/ts", in order."""
        query = select(TIMELINE).where(TIMELINE.c.ref == ref).order_by(TIMELINE.c.incident_id, TIMELINE.c.seq)
        rows = (await self._session.execute(query)).mappings().all()
        return [TimelineEntry.model_validate(dict(row)) for row in rows]

    async def _take_turn(self, incident_id: int) -> tuple[int, str]:
        """Wait for other writers; the newest entry's number and hash."""
        newest = select(INCIDENTS.c.timeline_count, INCIDENTS.c.timeline_head)
        lock = newest.where(INCIDENTS.c.id == incident_id).with_for_update(key_share=True)
        row = (await self._session.execute(lock)).one_or_none()
        if row is None:
            raise NotFoundError(f"There is no INC-{incident_id}.")
        return row[0] or 0, row[1] or FIRST_LINK
