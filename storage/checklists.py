"""The repository of checklists: an incident's phases and their items."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from incidents.checklist import ChecklistItem, ChecklistPhase, ItemState
from incidents.errors import ConflictError, NotFoundError
from storage.inserting import changed_rows
from storage.tables import ITEMS, PHASES

_WORDS = {ItemState.OPEN: "open", ItemState.DONE: "done", ItemState.SKIPPED: "skipped"}


@dataclass(frozen=True)
class NewItem:
    """An item of a playbook, about to be kept. `action` names the action that its button offers."""

    text: str
    detail: str = ""
    action: str | None = None


@dataclass(frozen=True)
class NewPhase:
    """A phase of a playbook, about to be kept; budget in minutes since the declaration."""

    title: str
    starts_minute: int | None
    ends_minute: int | None
    items: Sequence[NewItem]


class Checklists:
    """Phases and items, by incident and by their own numbers."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, incident_id: int, phases: Sequence[NewPhase]) -> list[ChecklistPhase]:
        """Keep a playbook's phases with their items as the incident's checklist, in this order."""
        if not phases:
            return []
        await self._session.execute(
            insert(PHASES), [_phase_row(incident_id, *each) for each in enumerate(phases)]
        )
        numbered = dict(zip([phase.id for phase in await self.phases(incident_id)], phases, strict=True))
        items = [
            _item_row(phase_id, position, item)
            for phase_id, phase in numbered.items()
            for position, item in enumerate(phase.items)
        ]
        if items:
            await self._session.execute(insert(ITEMS), items)
        return await self.phases(incident_id)

    async def phases(self, incident_id: int) -> list[ChecklistPhase]:
        """The incident's phases in order, each with its items in order."""
        where = PHASES.c.incident_id == incident_id
        phases = await self._session.execute(select(PHASES).where(where).order_by(PHASES.c.position))
        query = select(ITEMS).join(PHASES, PHASES.c.id == ITEMS.c.phase_id).where(where)
        items: dict[int, list[ChecklistItem]] = defaultdict(list)
        for row in (await self._session.execute(query.order_by(ITEMS.c.position))).mappings():
            items[row["phase_id"]].append(ChecklistItem.model_validate(dict(row)))
        return [
            ChecklistPhase.model_validate({**row, "items": tuple(items[row["id"]])})
            for row in phases.mappings()
        ]

    async def phase(self, phase_id: int) -> ChecklistPhase:
        """The phase of this number, with its items.

        Raises:
            NotFoundError: there is none.
        """
        row = (
            (await self._session.execute(select(PHASES).where(PHASES.c.id == phase_id)))
            .mappings()
            .one_or_none()
        )
        if row is None:
            raise NotFoundError("This checklist phase is not there any more.")
        query = select(ITEMS).where(ITEMS.c.phase_id == phase_id).order_by(ITEMS.c.position)
        items = (await self._session.execute(query)).mappings()
        return ChecklistPhase.model_validate(
            {**row, "items": tuple(ChecklistItem.model_validate(dict(item)) for item in items)}
        )

    async def item(self, item_id: int, *, lock: bool = False) -> ChecklistItem:
        """The item of this number.

        Args:
            item_id: its number.
            lock: whether others' changes wait until this transaction ends.

        Raises:
            NotFoundError: there is none.
        """
        query = select(ITEMS).where(ITEMS.c.id == item_id)
        if lock:
            query = query.with_for_update(key_share=True)
        row = (await self._session.execute(query)).mappings().one_or_none()
        if row is None:
            raise NotFoundError("This checklist item is not there any more.")
        return ChecklistItem.model_validate(dict(row))

    async def assigned_to(
        self, user: str, incident_ids: Sequence[int], *, limit: int
    ) -> tuple[list[tuple[int, ChecklistItem]], int]:
        """Open items of these incidents that are this person's, each with its incident's number.

        Returns:
            At most `limit` of them, those of the newest incident first, and how many there are.
        """
        theirs = PHASES.c.incident_id.in_(incident_ids) & (ITEMS.c.assignee == user)
        where = theirs & (ITEMS.c.state == ItemState.OPEN.value)
        joined = ITEMS.join(PHASES, PHASES.c.id == ITEMS.c.phase_id)
        query = select(PHASES.c.incident_id, *ITEMS.c).select_from(joined).where(where)
        order = (PHASES.c.incident_id.desc(), PHASES.c.position, ITEMS.c.position)
        rows = (await self._session.execute(query.order_by(*order).limit(limit))).mappings().all()
        count = select(func.count()).select_from(joined).where(where)
        total: int = (await self._session.execute(count)).scalar_one()
        return [(row["incident_id"], ChecklistItem.model_validate(dict(row))) for row in rows], total

    async def save(self, item: ChecklistItem) -> None:
        """Keep a changed item, if it still is what the change was made from.

        Raises:
            ConflictError: somebody else changed it meanwhile; says what it is now.
            NotFoundError: there is no such item.
        """
        unchanged = (ITEMS.c.id == item.id) & (ITEMS.c.version == item.version - 1)
        columns = item.model_dump(exclude={"id", "phase_id", "position"})
        if not await changed_rows(self._session, update(ITEMS).where(unchanged).values(columns)):
            raise _conflict(await self.item(item.id))

    async def add_item(self, phase_id: int, text: str) -> ChecklistItem:
        """Add an item at the end of a phase.

        Raises:
            NotFoundError: there is no such phase.
        """
        lock = select(PHASES.c.id).where(PHASES.c.id == phase_id).with_for_update(key_share=True)
        if (await self._session.execute(lock)).one_or_none() is None:
            raise NotFoundError("This checklist phase is not there any more.")
        last = select(func.coalesce(func.max(ITEMS.c.position), -1)).where(ITEMS.c.phase_id == phase_id)
        position = (await self._session.execute(last)).scalar_one() + 1
        row = _item_row(phase_id, position, NewItem(text))
        result = await self._session.execute(insert(ITEMS).values(row).returning(ITEMS))
        return ChecklistItem.model_validate(dict(result.mappings().one()))


def _phase_row(incident_id: int, position: int, phase: NewPhase) -> dict[str, object]:
    return {
        "incident_id": incident_id,
        "position": position,
        "title": phase.title,
        "starts_minute": phase.starts_minute,
        "ends_minute": phase.ends_minute,
    }


def _item_row(phase_id: int, position: int, item: NewItem) -> dict[str, object]:
    columns = {"text": item.text, "detail": item.detail, "action": item.action}
    return {
        "phase_id": phase_id,
        "position": position,
        **columns,
        "state": ItemState.OPEN.value,
        "reason": "",
        "version": 0,
    }


def _conflict(now: ChecklistItem) -> ConflictError:
    who = f" by <@{now.by}>" if now.by else ""
    when = f" at {now.at:%H:%M} UTC" if now.at else ""
    return ConflictError(f"This item was changed meanwhile: it is {_WORDS[now.state]} now{who}{when}.")
