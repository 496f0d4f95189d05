"""The repository of status updates; every telling is archived for each audience as it was told."""

from datetime import datetime
from typing import Final

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from incidents.audience import RESPONDERS
from incidents.errors import NotFoundError
from incidents.status_update import StatusUpdate, UpdateFields, UpdateKind, UpdateState
from storage.tables import UPDATES

_CHANGEABLE: Final = {"fields", "text", "state", "approved_by", "decided_by", "decided_at"}


class Updates:
    """Status updates by incident."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(  # noqa: PLR0917 - the order is that of the model
        self,
        incident_id: int,
        kind: UpdateKind,
        author: str,
        at: datetime,
        fields: UpdateFields,
        text: str,
        *,
        audience: str = RESPONDERS.key,
        state: UpdateState = UpdateState.PUBLISHED,
        approved_by: str | None = None,
    ) -> StatusUpdate:
        """Keep what one audience is told."""
        columns = {
            "incident_id": incident_id,
            "kind": kind.value,
            "author": author,
            "at": at,
            "fields": fields.model_dump(),
            "text": text,
            "audience": audience,
            "state": state.value,
            "approved_by": approved_by,
        }
        result = await self._session.execute(insert(UPDATES).values(columns).returning(UPDATES))
        return StatusUpdate.model_validate(dict(result.mappings().one()))

    async def get(self, update_id: int) -> StatusUpdate:
        """One telling as it is now.

        Raises:
            NotFoundError: there is none of this number.
        """
        row = (
            (await self._session.execute(select(UPDATES).where(UPDATES.c.id == update_id)))
            .mappings()
            .one_or_none()
        )
        if row is None:
            raise NotFoundError("There is no such status update any more.")
        return StatusUpdate.model_validate(dict(row))

    async def change(self, update_id: int, **changes: object) -> StatusUpdate:
        """Set columns of a telling, and give it back as it is then.

        Raises:
            TypeError: a name that is no column to be changed; a programming error.
        """
        if unknown := changes.keys() - _CHANGEABLE:
            raise TypeError(f"a status update has no {', '.join(sorted(unknown))} to change")
        statement = update(UPDATES).where(UPDATES.c.id == update_id).values(changes).returning(UPDATES)
        return StatusUpdate.model_validate(dict((await self._session.execute(statement)).mappings().one()))

    async def last(self, incident_id: int) -> StatusUpdate | None:
        """What responders were told last before the resolution, or None; it fills the next one's form."""
        query = select(UPDATES).where(
            UPDATES.c.incident_id == incident_id,
            UPDATES.c.kind != UpdateKind.RESOLUTION.value,
            UPDATES.c.audience == RESPONDERS.key,
        )
        result = await self._session.execute(query.order_by(UPDATES.c.id.desc()).limit(1))
        row = result.mappings().one_or_none()
        return None if row is None else StatusUpdate.model_validate(dict(row))

    async def all(self, incident_id: int) -> list[StatusUpdate]:
        """Every telling to every audience, oldest first."""
        query = select(UPDATES).where(UPDATES.c.incident_id == incident_id).order_by(UPDATES.c.id)
        rows = (await self._session.execute(query)).mappings()
        return [StatusUpdate.model_validate(dict(row)) for row in rows]

    async def of_audience(self, incident_id: int, audience: str, state: UpdateState) -> list[StatusUpdate]:
        """The tellings to one audience that are in this state, oldest first."""
        query = select(UPDATES).where(
            UPDATES.c.incident_id == incident_id,
            UPDATES.c.audience == audience,
            UPDATES.c.state == state.value,
        )
        rows = (await self._session.execute(query.order_by(UPDATES.c.id))).mappings()
        return [StatusUpdate.model_validate(dict(row)) for row in rows]
