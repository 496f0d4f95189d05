"""The journal's statements: claim, renew, finish, and the steps' intents and results.

Whatever a run writes about itself is one statement that holds only while the job's fence and owner are the
run's own; a run whose statement touches no row has lost its lease.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, delete, func, or_, select, update

from incidents.errors import LeaseLostError
from storage.database import Database
from storage.handoff import LeasedJob
from storage.inserting import changed_rows
from storage.journal.step_statement import step_statement
from storage.tables import JOBS, STEPS, JobState
from storage.unit_of_work import UnitOfWork

_LEASED = [
    JOBS.c[name] for name in ("id", "kind", "key", "args", "incident_id", "fence", "attempts", "lease_until")
]
_FREE = {"owner": None, "lease_until": None}
_PENDING = JOBS.c.state == JobState.PENDING.value


@dataclass(frozen=True)
class StepRecord:
    """What is known of a step: when it was meant to be done, and its result once it is."""

    name: str
    intent_at: datetime | None
    done: bool
    result: Any


class Ledger:
    """The statements of one owner, each in a transaction of its own."""

    def __init__(self, database: Database, owner: str) -> None:
        self._database = database
        self._owner = owner

    # --- jobs ------------------------------------------------------------------------------------------

    async def next_due(self, kinds: Collection[str]) -> datetime | None:
        """The earliest moment at which a pending job of these kinds may be claimed."""
        moment = case((JOBS.c.owner.is_(None), JOBS.c.run_at), else_=JOBS.c.lease_until)
        query = select(func.min(moment)).where(_PENDING, JOBS.c.kind.in_(kinds))

        async def work(unit: UnitOfWork) -> datetime | None:
            found: datetime | None = (await unit.session.execute(query)).scalar_one()
            return found

        return await self._database.read(work)

    async def claim(
        self, kinds: Collection[str], *, now: datetime, until: datetime, limit: int, but: Sequence[int]
    ) -> list[LeasedJob]:
        """Lease due jobs, oldest first, raising their fences; those in `but` this process runs already."""
        due = (
            select(JOBS.c.id)
            .where(_PENDING, JOBS.c.kind.in_(kinds), JOBS.c.run_at <= now)
            .where(or_(JOBS.c.owner.is_(None), JOBS.c.lease_until <= now))
            .order_by(JOBS.c.run_at, JOBS.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        chosen = (due.where(JOBS.c.id.not_in(but)) if but else due).cte("due")
        columns = {"owner": self._owner, "lease_until": until, "fence": JOBS.c.fence + 1}
        statement = update(JOBS).where(JOBS.c.id.in_(select(chosen.c.id))).values(columns).returning(*_LEASED)

        async def work(unit: UnitOfWork) -> list[LeasedJob]:
            rows = (await unit.session.execute(statement)).mappings()
            return sorted((LeasedJob(**row) for row in rows), key=lambda job: job.id)

        return await self._database.write(work)

    async def renew(self, ids: Sequence[int], until: datetime) -> dict[int, int]:
        """Prolong leases; gives the fences of the jobs that are still leased by this owner."""
        ours = and_(JOBS.c.id.in_(ids), JOBS.c.owner == self._owner, _PENDING)
        statement = update(JOBS).where(ours).values(lease_until=until).returning(JOBS.c.id, JOBS.c.fence)

        async def work(unit: UnitOfWork) -> dict[int, int]:
            return {row.id: row.fence for row in await unit.session.execute(statement)}

        return await self._database.write(work)

    async def owners(self) -> list[str]:
        """Who holds a lease, run out or not."""
        query = select(JOBS.c.owner).where(_PENDING, JOBS.c.owner.is_not(None)).distinct()

        async def work(unit: UnitOfWork) -> list[str]:
            return sorted((await unit.session.execute(query)).scalars())

        return await self._database.read(work)

    async def release_all(self, *, of: str | None = None) -> None:
        """Give up the leases of this owner, or of another one that is known to be no more."""
        statement = update(JOBS).where(_PENDING, JOBS.c.owner == (of or self._owner)).values(_FREE)
        await self._database.write(lambda unit: changed_rows(unit.session, statement))

    async def finish(self, job: LeasedJob, state: JobState, now: datetime, error: str | None = None) -> bool:
        """Note that a job has ended; False when it is not ours any more."""
        columns = {**_FREE, "state": state.value, "finished_at": now}
        failure = {} if error is None else {"attempts": job.attempts + 1, "error": error}
        return await self._settle(job, {**columns, **failure})

    async def postpone(self, job: LeasedJob, run_at: datetime, error: str, *, attempts: int) -> bool:
        """Note that an attempt failed, the how many-th that counts, and when the next one is due.

        Returns:
            False when the job is not ours any more.
        """
        columns = {**_FREE, "run_at": run_at, "attempts": attempts, "error": error}
        return await self._settle(job, columns)

    async def prune(self, before: datetime) -> None:
        """Forget jobs that ended before that moment with their steps, and requests taken before it."""
        ended = func.coalesce(JOBS.c.finished_at, JOBS.c.run_at) < before
        statement = delete(JOBS).where(~_PENDING, ended)

        async def work(unit: UnitOfWork) -> None:
            await unit.session.execute(statement)
            await unit.deliveries.prune(before)

        await self._database.write(work)

    # --- steps -----------------------------------------------------------------------------------------

    async def steps(self, job: LeasedJob) -> dict[str, StepRecord]:
        """What is known of a job's steps, by name."""
        columns = [STEPS.c[name] for name in ("name", "intent_at", "done", "result")]
        query = select(*columns).where(STEPS.c.job_id == job.id)

        async def work(unit: UnitOfWork) -> dict[str, StepRecord]:
            rows = (await unit.session.execute(query)).mappings()
            return {row["name"]: StepRecord(**row) for row in rows}

        return await self._database.read(work)

    async def intend(self, job: LeasedJob, name: str, now: datetime) -> None:
        """Note that a step is about to be done; an earlier intent keeps its moment.

        Raises:
            LeaseLostError: the job is not ours any more.
        """
        await self._record(job, {"name": name, "intent_at": now, "done": False, "result": None})

    async def record(self, job: LeasedJob, name: str, result: object) -> None:
        """Note that a step is done, with its result.

        Raises:
            LeaseLostError: the job is not ours any more.
        """
        await self._record(job, {"name": name, "intent_at": None, "done": True, "result": result})

    async def withdraw(self, job: LeasedJob, name: str) -> None:
        """Note that a step intended by this run did not happen."""
        mine = and_(STEPS.c.job_id == job.id, STEPS.c.name == name, STEPS.c.fence == job.fence, ~STEPS.c.done)
        await self._database.write(lambda unit: changed_rows(unit.session, delete(STEPS).where(mine)))

    async def _record(self, job: LeasedJob, row: dict[str, Any]) -> None:
        values = {"job_id": job.id, "fence": job.fence, "mine": self._owner, **row}

        async def work(unit: UnitOfWork) -> bool:
            statement = step_statement(unit.session.get_bind().dialect.name, finishes=row["done"])
            return bool((await unit.session.execute(statement, values)).all())

        if not await self._database.write(work):
            raise LeaseLostError(f"job {job.id} was taken over or cancelled")

    async def _settle(self, job: LeasedJob, columns: dict[str, Any]) -> bool:
        statement = update(JOBS).where(self._holds(job)).values(columns)
        return bool(await self._database.write(lambda unit: changed_rows(unit.session, statement)))

    def _holds(self, job: LeasedJob) -> ColumnElement[bool]:
        return and_(JOBS.c.id == job.id, JOBS.c.fence == job.fence, JOBS.c.owner == self._owner, _PENDING)
