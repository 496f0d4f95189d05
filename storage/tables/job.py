"""The tables of the journal: jobs, and the steps that a job has begun or finished."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index
from sqlmodel import Field

from storage.columns import UtcDateTime
from storage.tables.base import Base


class JobState(StrEnum):
    """Where a job stands. A pending one may be waiting, due, or leased by a process that runs it."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class JobRow(Base, table=True):
    """One job. `fence` grows at each claim, so that a former owner's late write can be refused."""

    __tablename__ = "jobs"
    __table_args__ = (Index(None, "state", "run_at"), Index(None, "incident_id", "kind"))

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    key: str = Field(unique=True)
    args: dict[str, Any] = Field(sa_type=JSON)
    incident_id: int | None = Field(foreign_key="incidents.id")
    run_at: datetime = Field(sa_type=UtcDateTime)
    state: str
    owner: str | None
    lease_until: datetime | None = Field(sa_type=UtcDateTime)
    fence: int
    attempts: int
    error: str | None
    finished_at: datetime | None = Field(sa_type=UtcDateTime)


class StepRow(Base, table=True):
    """One step of a job: begun when only `intent_at` is there, finished when `done`."""

    __tablename__ = "job_steps"

    job_id: int = Field(foreign_key="jobs.id", primary_key=True, ondelete="CASCADE")
    name: str = Field(primary_key=True)
    intent_at: datetime | None = Field(sa_type=UtcDateTime)
    fence: int
    done: bool
    result: Any = Field(sa_type=JSON)


JOBS = Base.metadata.tables["jobs"]
STEPS = Base.metadata.tables["job_steps"]
