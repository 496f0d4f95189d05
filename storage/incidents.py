"""The repository of incidents. What may change, and when, is decided by `incidents/`; here it is only kept."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from incidents.errors import NotFoundError
from incidents.incident import Incident
from incidents.lifecycle import Stage
from storage.tables import INCIDENTS

_OPEN = [stage.value for stage in Stage if stage.is_open]
_CHANGEABLE = frozenset(INCIDENTS.columns.keys()) - {"id"}


@dataclass(frozen=True)
class DeclaredIncident:
    """An open incident as far as a new declaration is compared with it."""

    id: int
    title: str
    source: str | None


class Incidents:
    """Incidents by number and by channel."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(
        self,
        *,
        title: str,
        summary: str,
        severity: str,
        playbook: str,
        reporter: str,
        declared_at: datetime,
        next_update_at: datetime | None,
        incident_type: str | None = None,
        private: bool = False,
        drill: bool = False,
        calls: bool = True,
        source: str | None = None,
    ) -> Incident:
        """Keep a new incident under the next number, from 1 on.

        On PostgreSQL a declaration that was rolled back leaves a gap.
        """
        columns = {
            "title": title,
            "summary": summary,
            "severity": severity,
            "status": Stage.DECLARED.value,
            "playbook": playbook,
            "reporter": reporter,
            "declared_at": declared_at,
            "next_update_at": next_update_at,
            "problems": {},
            "type": incident_type,
            "private": private,
            "drill": drill,
            "calls": calls,
            "source": source,
            "classification": {},
            "crew": {},
            "gates": {},
            "page": {},
        }
        result = await self._session.execute(insert(INCIDENTS).values(columns).returning(INCIDENTS))
        return Incident.model_validate(dict(result.mappings().one()))

    async def get(self, incident_id: int, *, lock: bool = False) -> Incident:
        """The incident of this number.

        Args:
            incident_id: its number.
            lock: whether others' changes wait until this transaction ends (SQLite has one writer anyway).

        Raises:
            NotFoundError: there is none.
        """
        query = select(INCIDENTS).where(INCIDENTS.c.id == incident_id)
        if lock:
            query = query.with_for_update(key_share=True)
        found = await self._list(query)
        if not found:
            raise NotFoundError(f"There is no INC-{incident_id}.")
        return found[0]

    async def by_channel(self, channel_id: str) -> Incident | None:
        """The incident whose channel this is, or None."""
        found = await self._list(select(INCIDENTS).where(INCIDENTS.c.channel_id == channel_id))
        return found[0] if found else None

    async def change(self, incident_id: int, **changes: object) -> Incident:
        """Set columns of an incident, and give it back as it is then.

        Raises:
            NotFoundError: there is none of this number.
            TypeError: a name that is no column; a programming error.
        """
        if unknown := changes.keys() - _CHANGEABLE:
            raise TypeError(f"an incident has no {', '.join(sorted(unknown))}")
        if not changes:
            return await self.get(incident_id)
        statement = (
            update(INCIDENTS).where(INCIDENTS.c.id == incident_id).values(changes).returning(INCIDENTS)
        )
        row = (await self._session.execute(statement)).mappings().one_or_none()
        if row is None:
            raise NotFoundError(f"There is no INC-{incident_id}.")
        return Incident.model_validate(dict(row))

    async def set_problem(self, incident_id: int, step: str, sentence: str | None) -> Incident:
        """Note what Cordon could not do yet in this step, or with None that it is done now."""
        incident = await self.get(incident_id, lock=True)
        problems = {name: text for name, text in incident.problems.items() if name != step}
        if sentence is not None:
            problems[step] = sentence
        if problems == incident.problems:
            return incident
        return await self.change(incident_id, problems=problems)

    async def open(self, limit: int | None = 50) -> list[Incident]:
        """Incidents that are not resolved, newest first."""
        query = select(INCIDENTS).where(INCIDENTS.c.status.in_(_OPEN))
        return await self._list(query.order_by(INCIDENTS.c.id.desc()).limit(limit))

    async def declared(self, *, drill: bool) -> list[DeclaredIncident]:
        """What is looked at of the open incidents that are not private to tell whether a new one is among them."""
        columns = (INCIDENTS.c.id, INCIDENTS.c.title, INCIDENTS.c.source)
        query = select(*columns).where(INCIDENTS.c.status.in_(_OPEN), ~INCIDENTS.c.private)
        rows = await self._session.execute(
            query.where(INCIDENTS.c.drill == drill).order_by(INCIDENTS.c.id.desc())
        )
        return [DeclaredIncident(*row) for row in rows]

    async def recent(self, limit: int = 10) -> list[Incident]:
        """The newest incidents of any status, newest first."""
        return await self._list(select(INCIDENTS).order_by(INCIDENTS.c.id.desc()).limit(limit))

    async def drills(self) -> list[Incident]:
        """Every drill whose channel is not archived yet, oldest first."""
        query = select(INCIDENTS).where(INCIDENTS.c.drill, INCIDENTS.c.archived_at.is_(None))
        return await self._list(query.order_by(INCIDENTS.c.id))

    async def count_open(self) -> int:
        """How many incidents are not resolved; drills are not counted."""
        real = INCIDENTS.c.status.in_(_OPEN) & ~INCIDENTS.c.drill
        query = select(func.count()).select_from(INCIDENTS).where(real)
        count: int = (await self._session.execute(query)).scalar_one()
        return count

    async def _list(self, query: Select[Any]) -> list[Incident]:
        rows = (await self._session.execute(query)).mappings()
        return [Incident.model_validate(dict(row)) for row in rows]
