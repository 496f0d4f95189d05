"""Tick an item, take that back, skip it with a reason. Two people pressing at once do not fight."""

from dataclasses import dataclass
from typing import Final

from bot.services.draw import ANNOUNCEMENT, CARD, CHECKLIST
from bot.services.parts import Parts
from incidents.checklist import ChecklistItem, Move, Verdict, judge, moved
from incidents.errors import IllegalMoveError
from incidents.incident import Incident
from incidents.timeline import EntryKind
from storage.unit_of_work import UnitOfWork

_ENTRY: Final = {
    Move.DO: (EntryKind.ITEM_DONE, "Done"),
    Move.UNDO: (EntryKind.ITEM_REOPENED, "Reopened"),
    Move.SKIP: (EntryKind.ITEM_SKIPPED, "Skipped"),
}


@dataclass(frozen=True)
class Press:
    """One press, with the version of the item that the person saw."""

    item_id: int
    move: Move
    seen_version: int | None
    by: str
    reason: str = ""


async def check_item(parts: Parts, press: Press, *, delivery: str) -> tuple[Verdict, ChecklistItem]:
    """Carry out a press, or say why not.

    Returns:
        The verdict, and the item as it is now.

    Raises:
        NotFoundError: there is no such item.
        NotUnderstoodError: a skip without a reason.
        IllegalMoveError: the incident is over.
    """

    async def commit(work: UnitOfWork) -> tuple[Verdict, ChecklistItem]:
        now = parts.clock.now()
        item = await work.checklists.item(press.item_id, lock=True)
        if not await work.deliveries.accept(delivery, now):
            return Verdict.APPLY, item
        incident, part = await incident_of(work, item)
        verdict = judge(item, press.move, press.seen_version)
        if verdict is not Verdict.APPLY:
            await parts.refresher.touch(work, incident.id, CHECKLIST, part=part)
            return verdict, item
        changed = moved(item, press.move, by=press.by, at=now, reason=press.reason)
        await work.checklists.save(changed)
        kind, word = _ENTRY[press.move]
        because = f" ({changed.reason})" if changed.reason else ""
        await work.timeline.append(
            incident.id, at=now, actor=press.by, kind=kind, text=f"{word}: {item.text}{because}"
        )
        await show_item(parts, work, incident, part)
        return verdict, changed

    return await parts.database.write(commit)


async def incident_of(work: UnitOfWork, item: ChecklistItem) -> tuple[Incident, int]:
    """The open incident that an item belongs to, and its phase's place.

    Raises:
        IllegalMoveError: the incident is over.
    """
    phase = await work.checklists.phase(item.phase_id)
    incident = await work.incidents.get(phase.incident_id)
    refuse_when_over(incident)
    return incident, phase.position


def refuse_when_over(incident: Incident) -> None:
    """The checklist of a resolved incident stands still.

    Raises:
        IllegalMoveError: the incident is over.
    """
    if not incident.status.is_open:
        raise IllegalMoveError(f"{incident.key} is resolved. Reopen it on its card to change the checklist.")


async def show_item(parts: Parts, work: UnitOfWork, incident: Incident, part: int) -> None:
    """Show the phase at once, and its count on the cards soon."""
    await parts.refresher.touch(work, incident.id, CHECKLIST, part=part)
    await parts.refresher.touch(work, incident.id, CARD, ANNOUNCEMENT, urgent=False)
