"""A playbook's checklist at work: which item is done, skipped or assigned, by whom and when.

A change names the state that the person saw; if it has moved on meanwhile, the change either is already
true (then nothing happens and the person is told who did it) or is refused with who did what.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from incidents.errors import NotUnderstoodError

REASON_LIMIT = 300
ITEM_TEXT_LIMIT = 200


class ItemState(StrEnum):
    """What became of an item."""

    OPEN = "open"
    DONE = "done"
    SKIPPED = "skipped"


class ChecklistItem(BaseModel):
    """One thing to do. `version` grows with every change, so that a stale button can be told."""

    model_config = ConfigDict(frozen=True)

    id: int
    phase_id: int
    position: int
    text: str
    detail: str = ""
    action: str | None = None
    state: ItemState = ItemState.OPEN
    by: str | None = None
    at: datetime | None = None
    reason: str = ""
    assignee: str | None = None
    version: int = 0


class ChecklistPhase(BaseModel):
    """A phase of the playbook with its time budget, in minutes since the declaration (None: no budget)."""

    model_config = ConfigDict(frozen=True)

    id: int
    incident_id: int
    position: int
    title: str
    starts_minute: int | None = None
    ends_minute: int | None = None
    items: tuple[ChecklistItem, ...] = ()

    @property
    def settled(self) -> int:
        """How many items are done or skipped."""
        return sum(item.state is not ItemState.OPEN for item in self.items)

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left open."""
        return self.settled == len(self.items)

    def due_at(self, declared_at: datetime) -> datetime | None:
        """When the budget of this phase ends, or None where it has none."""
        return None if self.ends_minute is None else declared_at + timedelta(minutes=self.ends_minute)

    @property
    def completed_at(self) -> datetime | None:
        """When the last item was settled, or None while one is open."""
        moments = [item.at for item in self.items if item.at is not None]
        return max(moments) if self.is_complete and moments else None


class Move(StrEnum):
    """What a press on an item asks for."""

    DO = "do"
    UNDO = "undo"
    SKIP = "skip"


_TARGET = {Move.DO: ItemState.DONE, Move.UNDO: ItemState.OPEN, Move.SKIP: ItemState.SKIPPED}


class Verdict(StrEnum):
    """How a move meets the item as it is now."""

    APPLY = "apply"
    ALREADY = "already"
    STALE = "stale"


def judge(item: ChecklistItem, move: Move, seen_version: int | None) -> Verdict:
    """Decide what a press means for the item as it is now.

    Doing or skipping needs the item open, whatever happened before: that is what the person saw. Undoing
    needs the very deed that the person saw, lest it takes back somebody else's.

    Args:
        item: the item now.
        move: what the person asked for.
        seen_version: the item's version in the message that they pressed, None when unknown.

    Returns:
        ALREADY when the item is in that state, STALE when it is not what the person saw, else APPLY.
    """
    if item.state is _TARGET[move]:
        return Verdict.ALREADY
    if move is Move.UNDO:
        return Verdict.APPLY if seen_version in {None, item.version} else Verdict.STALE
    return Verdict.APPLY if item.state is ItemState.OPEN else Verdict.STALE


def moved(item: ChecklistItem, move: Move, *, by: str, at: datetime, reason: str = "") -> ChecklistItem:
    """The item after the move.

    Raises:
        NotUnderstoodError: a skip without a reason.
    """
    reason = reason.strip()
    if move is Move.SKIP and not reason:
        raise NotUnderstoodError("Say why it is skipped, such as: the dashboard is down.")
    state = _TARGET[move]
    who, when = (None, None) if state is ItemState.OPEN else (by, at)
    changes = {
        "state": state,
        "by": who,
        "at": when,
        "reason": reason[:REASON_LIMIT],
        "version": item.version + 1,
    }
    return item.model_copy(update=changes)


def assigned(item: ChecklistItem, to: str | None) -> ChecklistItem:
    """The item given to a person, or to nobody."""
    return item.model_copy(update={"assignee": to, "version": item.version + 1})
