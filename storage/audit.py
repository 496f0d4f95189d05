"""Timelines as they lie in the database, without trust: what can't be read any more is said, not raised.

Whether a timeline that can be read is whole is decided by `incidents/audit.py`.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select, type_coerce
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import NULLTYPE

from incidents.audit import Break, first_break
from incidents.timeline import EntryKind, TimelineEntry
from storage.tables import INCIDENTS, TIMELINE

_AS_KEPT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}")
"""A moment in SQLite."""


@dataclass(frozen=True)
class Kept:
    """An incident's timeline: how many entries there are, and where it breaks first."""

    incident_id: int
    length: int
    broken: Break | None


class Audit:
    """Reads what is there, column by column."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def incident_ids(self) -> list[int]:
        """Every incident's number, and every number that an entry speaks of."""
        numbers = select(INCIDENTS.c.id).union(select(TIMELINE.c.incident_id))
        return sorted((await self._session.execute(numbers)).scalars(), key=str_last)

    async def prove(self, incident_id: int) -> Kept:
        """Prove one timeline; entries and what the incident knows of them are read in one statement."""
        columns = [type_coerce(column, NULLTYPE).label(column.name) for column in TIMELINE.columns]
        newest = (INCIDENTS.c.timeline_count, INCIDENTS.c.timeline_head)
        joined = INCIDENTS.outerjoin(TIMELINE, INCIDENTS.c.id == TIMELINE.c.incident_id)
        query = select(*newest, *columns).select_from(joined).where(INCIDENTS.c.id == incident_id)
        rows = (await self._session.execute(query.order_by(TIMELINE.c.seq))).mappings().all()
        if not rows:
            return Kept(incident_id, 0, Break(1, "belongs to an incident that is not there"))
        return _proven(incident_id, rows)


def str_last(number: object) -> tuple[bool, str | int]:
    """Numbers in order, and behind them what should have been one."""
    return (False, number) if isinstance(number, int) else (True, str(number))


def _proven(incident_id: int, rows: Sequence[Any]) -> Kept:
    entries: list[TimelineEntry] = []
    unreadable: Break | None = None
    found = [row for row in rows if row["incident_id"] is not None]
    for number, row in enumerate(found, start=1):
        try:
            entries.append(_read(row))
        except (ValueError, TypeError) as error:
            unreadable = Break(number, f"can't be read: {_reason(error)}")
            break
    count, head = rows[0]["timeline_count"], rows[0]["timeline_head"]
    if unreadable:
        so_far = len(entries)
        broken = first_break(incident_id, entries, count=so_far, head=entries[-1].hash if so_far else None)
        return Kept(incident_id, len(found), broken or unreadable)
    return Kept(incident_id, len(found), first_break(incident_id, entries, count=count, head=head))


def _read(row: Mapping[str, Any]) -> TimelineEntry:
    texts = {name: row[name] for name in ("actor", "text", "previous", "hash", "ref")}
    for name, value in texts.items():
        if not isinstance(value, str) and not (name == "ref" and value is None):
            raise ValueError(f"its {name} is no text")
    details = row["details"]
    return TimelineEntry.model_validate(
        {
            **texts,
            "incident_id": row["incident_id"],
            "seq": row["seq"],
            "at": _moment(row["at"]),
            "kind": EntryKind(row["kind"]),
            "details": json.loads(details) if isinstance(details, str) else details,
        },
    )


def _moment(value: object) -> datetime:
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    if isinstance(value, str) and _AS_KEPT.fullmatch(value):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    raise ValueError(f"its time is {value!r}")


def _reason(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"its {'.'.join(str(part) for part in first['loc'])} is wrong"
    return str(error)
