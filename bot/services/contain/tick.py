"""A checklist item is ticked by the run that it is linked to, when that is verified and not before.

It is open again when that run is undone, unless somebody has settled it otherwise meanwhile.
"""

from datetime import datetime

from bot.services.check_item import incident_of, show_item
from bot.services.parts import Parts
from incidents.checklist import ItemState, Move, moved
from incidents.errors import ConflictError, IllegalMoveError, NotFoundError
from incidents.runs import Run
from incidents.timeline import EntryKind
from storage.unit_of_work import UnitOfWork


async def tick(work: UnitOfWork, parts: Parts, run: Run, now: datetime) -> None:
    """Tick the run's item, where it is still open and the incident too."""
    if run.item_id is None:
        return
    try:
        item = await work.checklists.item(run.item_id, lock=True)
        incident, part = await incident_of(work, item)
        if item.state is not ItemState.OPEN:
            return
        await work.checklists.save(moved(item, Move.DO, by=run.requester, at=now))
    except (NotFoundError, IllegalMoveError, ConflictError):
        return  # somebody was faster, or it is over: the run's own entry stands
    text = f"Done: {item.text} (verified by {run.named})"
    await work.timeline.append(
        incident.id,
        at=now,
        actor=run.requester,
        kind=EntryKind.ITEM_DONE,
        text=text,
        details={"run": str(run.id)},
    )
    await show_item(parts, work, incident, part)


async def untick(work: UnitOfWork, parts: Parts, run: Run, by: str, now: datetime) -> None:
    """Open the run's item again, where it is done and the incident is open."""
    if run.item_id is None:
        return
    try:
        item = await work.checklists.item(run.item_id, lock=True)
        incident, part = await incident_of(work, item)
        if item.state is not ItemState.DONE:
            return
        await work.checklists.save(moved(item, Move.UNDO, by=by, at=now))
    except (NotFoundError, IllegalMoveError, ConflictError):
        return
    text = f"Reopened: {item.text} ({run.named} was undone)"
    await work.timeline.append(
        incident.id,
        at=now,
        actor=by,
        kind=EntryKind.ITEM_REOPENED,
        text=text,
        details={"run": str(run.id)},
    )
    await show_item(parts, work, incident, part)
