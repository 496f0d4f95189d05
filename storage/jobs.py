"""The repository of jobs as use cases see it: enqueue, cancel, look. Running them is the journal's part."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.handoff import Handoff, LeasedJob
from storage.inserting import changed_rows, insert_into
from storage.tables import JOBS, JobState

_VIEW = [
    JOBS.c[name]
    for name in ("id", "kind", "key", "args", "incident_id", "state", "attempts", "error", "run_at")
]


@dataclass(frozen=True)
class NewJob:
    """Work to be done after the commit, or at a moment. `key` names it for ever: a second one is not added."""

    kind: str
    key: str
    args: dict[str, Any] = field(default_factory=dict)
    run_at: datetime | None = None
    incident_id: int | None = None


@dataclass(frozen=True)
class JobView:
    """A job as operators and use cases see it."""

    id: int
    kind: str
    key: str
    args: dict[str, Any]
    incident_id: int | None
    state: str
    attempts: int
    error: str | None
    run_at: datetime


_UNLEASED: Final = {"owner": None, "lease_until": None, "fence": 0}


def _columns(job: NewJob, run_at: datetime) -> dict[str, Any]:
    return {
        "kind": job.kind,
        "key": job.key,
        "args": job.args,
        "incident_id": job.incident_id,
        "run_at": run_at,
        "state": JobState.PENDING.value,
        "attempts": 0,
    }


class Jobs:
    """Jobs by key and by incident."""

    def __init__(
        self,
        session: AsyncSession,
        handoff: Handoff | None,
        after_commit: Callable[[Callable[[], None]], None],
    ) -> None:
        self._session = session
        self._handoff = handoff
        self._after_commit = after_commit

    async def add(self, job: NewJob, *, now: datetime) -> int | None:
        """Enqueue a job with this transaction; due now, it starts in this process right after the commit.

        Returns:
            Its id, or None when there is or was a job of this key (for a week after it ended), be it
            cancelled: what is to be done again takes a fresh key.
        """
        run_at = job.run_at or now
        born = self._birth(job, run_at, now)
        columns = _columns(job, run_at) | born
        statement = insert_into(self._session, JOBS).values(columns).on_conflict_do_nothing()
        job_id: int | None = (
            await self._session.execute(statement.returning(JOBS.c.id))
        ).scalar_one_or_none()
        if job_id is not None and self._handoff is not None:
            self._announce(self._handoff, job_id, job, run_at, born)
        return job_id

    async def add_timers(self, jobs: Sequence[NewJob], *, now: datetime) -> None:
        """Enqueue jobs for later moments with one statement; one whose key is known already is passed over."""
        if not jobs:
            return
        rows = [_columns(job, job.run_at or now) | _UNLEASED for job in jobs]
        await self._session.execute(insert_into(self._session, JOBS).on_conflict_do_nothing(), rows)
        if self._handoff is not None:
            first = min(job.run_at or now for job in jobs)
            self._after_commit(partial(self._handoff.scheduled, first))

    async def cancel(self, key: str) -> int:
        """Cancel the pending job of this key; one that is running stops at its next step. 1, or 0 for none."""
        return await self._cancel(JOBS.c.key == key)

    async def cancel_all(self, incident_id: int, kind: str) -> int:
        """Cancel an incident's pending jobs of a kind; tells how many."""
        return await self._cancel((JOBS.c.incident_id == incident_id) & (JOBS.c.kind == kind))

    async def pending(self, incident_id: int, kind: str | None = None) -> list[JobView]:
        """An incident's jobs that are not finished, in order of their moments."""
        where = (JOBS.c.incident_id == incident_id) & (JOBS.c.state == JobState.PENDING.value)
        if kind is not None:
            where &= JOBS.c.kind == kind
        return await self._views(where)

    async def failed(self) -> list[JobView]:
        """Jobs that were given up in the last week."""
        return await self._views(JOBS.c.state == JobState.FAILED.value)

    async def counts(self) -> dict[str, int]:
        """How many jobs there are by state; the ended ones of the last week."""
        rows = await self._session.execute(
            select(JOBS.c.state, func.count().label("jobs")).group_by(JOBS.c.state)
        )
        return {state.value: 0 for state in JobState} | {row.state: row.jobs for row in rows}

    def _birth(self, job: NewJob, run_at: datetime, now: datetime) -> dict[str, Any]:
        if self._handoff is None or run_at > now or not self._handoff.takes(job.kind):
            return dict(_UNLEASED)
        until = now + timedelta(seconds=self._handoff.lease_seconds)
        return {"owner": self._handoff.owner, "lease_until": until, "fence": 1}

    def _announce(
        self, handoff: Handoff, job_id: int, job: NewJob, run_at: datetime, born: dict[str, Any]
    ) -> None:
        if born["owner"] is None:
            self._after_commit(partial(handoff.scheduled, run_at))
            return
        leased = LeasedJob(
            id=job_id,
            kind=job.kind,
            key=job.key,
            args=json.loads(json.dumps(job.args)),
            incident_id=job.incident_id,
            fence=born["fence"],
            attempts=0,
            lease_until=born["lease_until"],
        )
        self._after_commit(partial(handoff.begin, leased))

    async def _cancel(self, where: ColumnElement[bool]) -> int:
        columns = {
            "state": JobState.CANCELLED.value,
            "fence": JOBS.c.fence + 1,
            "owner": None,
            "lease_until": None,
        }
        pending = JOBS.c.state == JobState.PENDING.value
        return await changed_rows(self._session, update(JOBS).where(where, pending).values(columns))

    async def _views(self, where: ColumnElement[bool]) -> list[JobView]:
        rows = await self._session.execute(select(*_VIEW).where(where).order_by(JOBS.c.run_at, JOBS.c.id))
        return [JobView(**row) for row in rows.mappings()]
