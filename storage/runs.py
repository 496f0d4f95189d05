"""The repository of containment runs. What may happen to a run is decided by `incidents/`; here it is only kept.

An active run has its target to itself: a row of `run_targets` is taken with the run's change and given back with the
change that ends it, so that the same action pressed twice, or by two people, runs once.
"""

from typing import Any

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from incidents.errors import ConflictError, NotFoundError, TargetTakenError
from incidents.rights import mention
from incidents.run_states import ACTIVE
from incidents.runs import Run
from storage.columns import UtcDateTime
from storage.inserting import changed_rows, insert_into
from storage.tables import RUN_TARGETS, RUNS

_MOMENTS = frozenset(column.name for column in RUNS.columns if isinstance(column.type, UtcDateTime))


class Runs:
    """Runs by number, by key, by target and by incident."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, run: Run) -> Run:
        """Keep a new run, and give it back with its number; one that is kept under this key already as it is.

        Raises:
            TargetTakenError: it is active already, and another run has its target.
            ConflictError: its sequence has that step.
        """
        columns = _columns(run)
        del columns["id"]
        statement = insert_into(self._session, RUNS).values(columns).on_conflict_do_nothing()
        row = (await self._session.execute(statement.returning(RUNS))).mappings().one_or_none()
        if row is not None:
            kept = _run(dict(row))
            await self._settle_target(kept)
            return kept
        found = await self.by_key(run.key)
        if found is None:
            raise ConflictError(f"{run.named} is a step of a sequence that has this step already.")
        return found

    async def get(self, run_id: int, *, lock: bool = False) -> Run:
        """The run of this number.

        Args:
            run_id: its number.
            lock: whether others' changes wait until this transaction ends.

        Raises:
            NotFoundError: there is none.
        """
        query = select(RUNS).where(RUNS.c.id == run_id)
        if lock:
            query = query.with_for_update(key_share=True)
        row = (await self._session.execute(query)).mappings().one_or_none()
        if row is None:
            raise NotFoundError("This run is not there any more.")
        return _run(dict(row))

    async def change(self, run: Run) -> None:
        """Keep what one event made of a run, if it still is what the event was applied to.

        Raises:
            ConflictError: somebody else changed it meanwhile.
            TargetTakenError: another run has its target; says which and whose.
            NotFoundError: there is no such run.
        """
        unchanged = (RUNS.c.id == run.id) & (RUNS.c.version == run.version - 1)
        columns = _columns(run)
        del columns["id"], columns["key"], columns["incident_id"]
        if not await changed_rows(self._session, update(RUNS).where(unchanged).values(columns)):
            raise _overtaken(await self.get(run.id))
        await self._settle_target(run)

    async def by_key(self, key: str) -> Run | None:
        """The run with this key, or None."""
        found = await self._list(RUNS.c.key == key)
        return found[0] if found else None

    async def active_on(self, target: str) -> Run | None:
        """The run that has this target to itself now, or None."""
        holder = select(RUN_TARGETS.c.run_id).where(RUN_TARGETS.c.target == target)
        found = await self._list(RUNS.c.id == holder.scalar_subquery())
        return found[0] if found else None

    async def active(self) -> list[Run]:
        """All runs that have a target to themselves, oldest first."""
        return await self._list(RUNS.c.state.in_([state.value for state in ACTIVE]))

    async def of_incident(self, incident_id: int) -> list[Run]:
        """The incident's runs, oldest first, without the steps of sequences."""
        return await self._list((RUNS.c.incident_id == incident_id) & RUNS.c.parent_id.is_(None))

    async def of_item(self, item_id: int) -> list[Run]:
        """The runs that tick a checklist item, oldest first."""
        return await self._list(RUNS.c.item_id == item_id)

    async def children(self, run_id: int) -> list[Run]:
        """The steps of a sequence that have a run, by position."""
        return sorted(await self._list(RUNS.c.parent_id == run_id), key=lambda run: run.position)

    async def _list(self, where: ColumnElement[bool]) -> list[Run]:
        rows = await self._session.execute(select(RUNS).where(where).order_by(RUNS.c.id))
        return [_run(dict(row)) for row in rows.mappings()]

    async def _settle_target(self, run: Run) -> None:
        """Take the target of an active run, or give it back."""
        if not run.is_active or run.plan is None:
            await self._session.execute(delete(RUN_TARGETS).where(RUN_TARGETS.c.run_id == run.id))
            return
        row = {"target": run.plan.target, "run_id": run.id}
        await self._session.execute(
            insert_into(self._session, RUN_TARGETS).values(row).on_conflict_do_nothing()
        )
        holder = await self.active_on(run.plan.target)
        if holder is None:  # given back between the two statements
            raise ConflictError(f"Another run had the target of {run.named} until now. Try once more.")
        if holder.id != run.id:
            raise _taken(run, holder)


def _columns(run: Run) -> dict[str, Any]:
    columns = {**run.model_dump(mode="json"), **{name: getattr(run, name) for name in _MOMENTS}}
    columns["step_order"] = columns.pop("order")
    return columns


def _run(row: dict[str, Any]) -> Run:
    return Run.model_validate({**row, "order": row.pop("step_order")})


def _overtaken(now: Run) -> ConflictError:
    return ConflictError(f"{now.named} was changed meanwhile: it is {now.state.words} now.")


def _taken(run: Run, holder: Run) -> TargetTakenError:
    who, target = mention(holder.requester), holder.plan.target if holder.plan else holder.title
    if holder.action == run.action and holder.incident_id == run.incident_id:
        return TargetTakenError(
            f"{holder.named} is {holder.state.words} already, asked for by {who}.", holder.id
        )
    return TargetTakenError(
        f"{run.named} has to wait: {holder.named} of INC-{holder.incident_id}, asked for by {who}, is"
        f" {holder.state.words} and touches the same target, {target}. Wait until it ends, or cancel it.",
        holder.id,
    )
