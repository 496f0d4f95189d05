"""The timeline: everything that happened, who did it and when, each entry chained to the one before.

The chain is a SHA-256 over the previous entry's hash and this entry's content, so that an entry changed,
dropped or put in later breaks every hash after it.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

FIRST_LINK = "0" * 64
_PERSON = re.compile(r"[UW][A-Z0-9]{5,20}")
"""A Slack user's id; a severity or a stage that something was changed to is none."""


class EntryKind(StrEnum):
    """What sort of thing happened."""

    DECLARED = "declared"
    CHANNEL_OPENED = "channel_opened"
    COMMAND_TAKEN = "command_taken"
    SEVERITY_CHANGED = "severity_changed"
    CLASSIFIED = "classified"
    ITEM_DONE = "item_done"
    ITEM_REOPENED = "item_reopened"
    ITEM_SKIPPED = "item_skipped"
    ITEM_ASSIGNED = "item_assigned"
    ITEM_ADDED = "item_added"
    UPDATE_PUBLISHED = "update_published"
    UPDATE_OVERDUE = "update_overdue"
    UPDATE_APPROVED = "update_approved"
    UPDATE_DISCARDED = "update_discarded"
    UPDATE_EDITED = "update_edited"
    UPDATE_SENT = "update_sent"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    PROBLEM = "problem"
    NOTE = "note"
    DECISION = "decision"
    CORRECTION = "correction"
    MESSAGE_ADDED = "message_added"
    MESSAGE_EDITED = "message_edited"
    MESSAGE_DELETED = "message_deleted"
    EXPORTED = "exported"
    REFUSED = "refused"
    STAGE_CHANGED = "stage_changed"
    CONTAINED = "contained"
    GATE_FULFILLED = "gate_fulfilled"
    GATE_WAIVED = "gate_waived"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    MERGED = "merged"
    ARCHIVED = "archived"
    ROLE_TAKEN = "role_taken"
    ROLE_GIVEN = "role_given"
    ROLE_HANDED_OVER = "role_handed_over"
    ROLE_LEFT = "role_left"
    ESCALATED = "escalated"
    ACCESS_ASKED = "access_asked"
    ACCESS_DECIDED = "access_decided"
    DRILL_SCORED = "drill_scored"
    RUN_PLANNED = "run_planned"
    RUN_APPROVED = "run_approved"
    RUN_STARTED = "run_started"
    RUN_VERIFIED = "run_verified"
    RUN_FAILED = "run_failed"
    RUN_IN_DOUBT = "run_in_doubt"
    RUN_REVERTED = "run_reverted"
    RUN_CANCELLED = "run_cancelled"
    BREAK_GLASS = "break_glass"
    EVIDENCE_KEPT = "evidence_kept"
    EVIDENCE_SKIPPED = "evidence_skipped"
    PAGED = "paged"
    PAGE_ACKNOWLEDGED = "page_acknowledged"
    PAGE_FAILED = "page_failed"
    PAGE_RESOLVED = "page_resolved"


class TimelineEntry(BaseModel):
    """One entry. `actor` is a Slack user id, or "cordon" for what the bot did by itself."""

    model_config = ConfigDict(frozen=True)

    incident_id: int
    seq: int = Field(ge=1)
    at: datetime
    actor: str
    kind: EntryKind
    text: str
    previous: str = FIRST_LINK
    hash: str = ""
    ref: str | None = None
    """What it speaks of, such as a message as "channel/ts"; part of the chain where there is one."""
    details: Mapping[str, str] = Field(default_factory=dict)
    """What belongs to its kind, such as a decision's owner; part of the chain where there are any."""

    @property
    def people(self) -> tuple[str, ...]:
        """Ids of the people whom its text names, such as who was given a role."""
        named = (self.details.get(name, "") for name in ("to", "person"))
        return tuple(one for one in named if _PERSON.fullmatch(one))

    def sealed(self) -> "TimelineEntry":
        """The same entry with its hash."""
        return self.model_copy(update={"hash": link(self)})


def link(entry: TimelineEntry) -> str:
    """The hash that this entry must carry."""
    content = [
        entry.previous,
        entry.incident_id,
        entry.seq,
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.actor,
        entry.kind.value,
        entry.text,
        *([entry.ref] if entry.ref is not None else []),
        *([dict(sorted(entry.details.items()))] if entry.details else []),
    ]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


def first_broken(entries: list[TimelineEntry]) -> TimelineEntry | None:
    """The first entry, in order of `seq`, whose link does not hold; None for an unbroken chain."""
    previous = FIRST_LINK
    for number, entry in enumerate(entries, start=1):
        if entry.seq != number or entry.previous != previous or entry.hash != link(entry):
            return entry
        previous = entry.hash
    return None
