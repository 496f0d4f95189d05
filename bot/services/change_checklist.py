"""Give an item to somebody, and add one to a phase."""

from bot.services.check_item import incident_of, refuse_when_over, show_item
from bot.services.parts import Parts
from bot.views.checklist import ITEM_LIMIT
from bot.views.mrkdwn import escape
from incidents.checklist import ITEM_TEXT_LIMIT, ChecklistItem, ChecklistPhase, assigned
from incidents.errors import IllegalMoveError, NotUnderstoodError
from incidents.timeline import EntryKind
from storage.unit_of_work import UnitOfWork


async def phase(parts: Parts, phase_id: int) -> ChecklistPhase:
    """A phase as it is now.

    Raises:
        NotFoundError: there is none.
    """
    return await parts.database.read(lambda work: work.checklists.phase(phase_id))


async def assign_item(parts: Parts, item_id: int, to: str, *, by: str, delivery: str) -> ChecklistItem:
    """Give an item to a person.

    Raises:
        NotFoundError: there is no such item.
        IllegalMoveError: the incident is over.
    """

    async def commit(work: UnitOfWork) -> ChecklistItem:
        now = parts.clock.now()
        item = await work.checklists.item(item_id, lock=True)
        if item.assignee == to or not await work.deliveries.accept(delivery, now):
            return item
        incident, part = await incident_of(work, item)
        given = assigned(item, to)
        await work.checklists.save(given)
        said = f"Assigned to {to}: {item.text}"
        await work.timeline.append(
            incident.id, at=now, actor=by, kind=EntryKind.ITEM_ASSIGNED, text=said, details={"to": to}
        )
        await show_item(parts, work, incident, part)
        return given

    return await parts.database.write(commit)


async def add_item(parts: Parts, phase_id: int, text: str, *, by: str, delivery: str) -> None:
    """Add an item at the end of a phase.

    Raises:
        NotFoundError: there is no such phase.
        NotUnderstoodError: the text is empty or too long.
        IllegalMoveError: the phase is full, or the incident is over.
    """
    text = " ".join(text.split())
    if not 0 < len(text) <= ITEM_TEXT_LIMIT:
        raise NotUnderstoodError(f"Write what has to be done, in at most {ITEM_TEXT_LIMIT} characters.")

    async def commit(work: UnitOfWork) -> None:
        now = parts.clock.now()
        phase = await work.checklists.phase(phase_id)
        incident = await work.incidents.get(phase.incident_id, lock=True)
        refuse_when_over(incident)
        if len(phase.items) >= ITEM_LIMIT:
            raise IllegalMoveError(
                f"“{escape(phase.title)}” has {ITEM_LIMIT} items, and Slack shows no more."
            )
        if not await work.deliveries.accept(delivery, now):
            return
        await work.checklists.add_item(phase_id, text)
        await work.timeline.append(
            incident.id, at=now, actor=by, kind=EntryKind.ITEM_ADDED, text=f"Added: {text}"
        )
        await show_item(parts, work, incident, phase.position)

    await parts.database.write(commit)
