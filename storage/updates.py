"""The repository of published status updates; every one is archived as it was told."""

from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from incidents.status_update import StatusUpdate, UpdateFields, UpdateKind
from storage.tables import UPDATES


class Updates:
    """Status updates by incident."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(  # noqa: PLR0917 - the order is that of the model
        self, incident_id: int, kind: UpdateKind, author: str, at: datetime, fields: UpdateFields, text: str
    ) -> StatusUpdate:
        """Archive a telling."""
        columns = {
            "incident_id": incident_id,
            "kind": kind.value,
            "author": author,
            "at": at,
            "fields": fields.model_dump(),
            "text": text,
        }
        result = await self._session.execute(insert(UPDATES).values(columns).returning(UPDATES))
        return StatusUpdate.model_validate(dict(result.mappings().one()))

    async def last(self, incident_id: int) -> StatusUpdate | None:
        """The last telling before the resolution, or None; it fills the next one's form."""
        query = select(UPDATES).where(
            UPDATES.c.incident_id == incident_id, UPDATES.c.kind != UpdateKind.RESOLUTION.value
        )
        result = await self._session.execute(query.order_by(UPDATES.c.id.desc()).limit(1))
        row = result.mappings().one_or_none()
        return None if row is None else StatusUpdate.model_validate(dict(row))

    async def all(self, incident_id: int) -> list[StatusUpdate]:
        """Every telling, oldest first."""
        query = select(UPDATES).where(UPDATES.c.incident_id == incident_id).order_by(UPDATES.c.id)
        rows = (await self._session.execute(query)).mappings()
        return [StatusUpdate.model_validate(dict(row)) for row in rows]
