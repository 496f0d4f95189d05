"""The repository of the timeline. It only appends; the chain's rule stands in `incidents/timeline.py`."""

from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from incidents.errors import NotFoundError
from incidents.timeline import FIRST_LINK, EntryKind, TimelineEntry
from storage.tables import INCIDENTS, TIMELINE


class Timeline:
    """Entries by incident, each chained to the one before."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def append(
        self,
        incident_id: int,
        *,
        at: datetime,
        actor: str,
        kind: EntryKind,
        text: str,
        ref: str | None = None,
    ) -> TimelineEntry:
        """Add an entry after the last one; other writers to this incident's timeline wait their turn.

        Raises:
            NotFoundError: there is no such incident.
        """
        await self._take_turn(incident_id)
        last = await self.entries(incident_id, limit=1)
        entry = TimelineEntry(
            incident_id=incident_id,
            seq=last[0].seq + 1 if last else 1,
            at=at,
            actor=actor,
            kind=kind,
            text=text,
            ref=ref,
            previous=last[0].hash if last else FIRST_LINK,
        ).sealed()
        await self._session.execute(insert(TIMELINE).values(entry.model_dump()))
        return entry

    async def entries(self, incident_id: int, *, limit: int | None = None) -> list[TimelineEntry]:
        """The entries in order, or only the last `limit` of them."""
        query = select(TIMELINE).where(TIMELINE.c.incident_id == incident_id).order_by(TIMELINE.c.seq.desc())
        rows = (await self._session.execute(query.limit(limit))).mappings().all()
        return [TimelineEntry.model_validate(dict(row)) for row in reversed(rows)]

    async def about(self, ref: str) -> list[TimelineEntry]:
        """The entries that speak of this, such as a message as "channel/ts", in order."""
        query = select(TIMELINE).where(TIMELINE.c.ref == ref).order_by(TIMELINE.c.incident_id, TIMELINE.c.seq)
        rows = (await self._session.execute(query)).mappings().all()
        return [TimelineEntry.model_validate(dict(row)) for row in rows]

    async def _take_turn(self, incident_id: int) -> None:
        lock = select(INCIDENTS.c.id).where(INCIDENTS.c.id == incident_id).with_for_update(key_share=True)
        if (await self._session.execute(lock)).one_or_none() is None:
            raise NotFoundError(f"There is no INC-{incident_id}.")
