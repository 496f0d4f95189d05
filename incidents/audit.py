"""Proving a timeline: whether every entry is there, unchanged and in its place, and if not, where it breaks first.

What was cut off at the end is found against the number and hash of the newest entry, which are kept apart from the
entries. Whoever can rewrite both can make a new chain: an export kept elsewhere is what tells.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from incidents.timeline import FIRST_LINK, TimelineEntry, link

FORMAT: Final = "cordon-timeline-1"


@dataclass(frozen=True)
class Break:
    """The first place where a timeline does not hold."""

    seq: int
    reason: str
    """What does not fit, as the end of a sentence about the entry of this number."""


class TimelineExport(BaseModel):
    """A timeline as it leaves Cordon: enough to prove it without a database."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["cordon-timeline-1"] = FORMAT
    incident_id: int
    title: str
    severity: str
    status: str
    exported_at: datetime
    names: dict[str, str]
    """Who the ids belong to, as they were called at the export; no part of the chain."""
    count: int
    head: str
    entries: tuple[TimelineEntry, ...]


def first_break(
    incident_id: int, entries: Sequence[TimelineEntry], *, count: int | None, head: str | None
) -> Break | None:
    """Where a timeline breaks first, or None when it is whole.

    Args:
        incident_id: whose timeline it should be.
        entries: what is there, in order.
        count: how many entries were written; None where no entry was.
        head: the hash of the newest of them.
    """
    return _within(incident_id, entries) or _at_the_end(entries, count or 0, head or FIRST_LINK)


def _within(incident_id: int, entries: Sequence[TimelineEntry]) -> Break | None:
    previous = FIRST_LINK
    for number, entry in enumerate(entries, start=1):
        if entry.seq > number:
            return Break(number, f"is missing: entry {entry.seq} stands in its place")
        if reason := _misfit(incident_id, number, entry, previous):
            return Break(entry.seq, reason)
        previous = entry.hash
    return None


def _misfit(incident_id: int, number: int, entry: TimelineEntry, previous: str) -> str | None:
    if entry.seq != number:
        return f"stands where entry {number} should"
    if entry.incident_id != incident_id:
        return f"belongs to INC-{entry.incident_id}"
    if entry.previous != previous:
        return "does not continue from the entry before it: one of the two was changed"
    if entry.hash != link(entry):
        return "does not fit its hash: its content or its hash was changed"
    return None


def _at_the_end(entries: Sequence[TimelineEntry], count: int, head: str) -> Break | None:
    if len(entries) < count:
        return Break(len(entries) + 1, f"is missing: {count} were written and {len(entries)} are here")
    if len(entries) > count:
        return Break(count + 1, f"was put in: the incident knows of {count} only")
    if (entries[-1].hash if entries else FIRST_LINK) != head:
        return Break(count, "is not the one that was written last: its hash is another one")
    return None
