"""The tables of containment runs: the runs, and which run has which target to itself."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlmodel import Field

from storage.columns import UtcDateTime
from storage.tables.base import Base

_TREE = JSON(none_as_null=True)


class RunRow(Base, table=True):
    """One run; columns carry the names of `incidents.runs.Run`; ORDER alone is SQL's word, so that it is `step_order`."""

    __tablename__ = "runs"
    __table_args__ = (Index(None, "parent_id", "position", unique=True),)

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    version: int
    incident_id: int = Field(foreign_key="incidents.id", index=True)
    action: str
    title: str
    command: str | None
    params: dict[str, Any] = Field(sa_type=JSON)
    risk: str
    step_order: dict[str, Any] | None = Field(sa_type=_TREE)
    state: str = Field(index=True)
    requester: str
    reason: str
    source: str
    plan: dict[str, Any] | None = Field(sa_type=_TREE)
    planned_at: datetime = Field(sa_type=UtcDateTime)
    asked_at: datetime | None = Field(sa_type=UtcDateTime)
    approvals: list[dict[str, Any]] = Field(sa_type=JSON)
    break_glass: dict[str, Any] | None = Field(sa_type=_TREE)
    approved_until: datetime | None = Field(sa_type=UtcDateTime)
    started_at: datetime | None = Field(sa_type=UtcDateTime)
    finished_at: datetime | None = Field(sa_type=UtcDateTime)
    progress: str
    failure: dict[str, Any] | None = Field(sa_type=_TREE)
    verification: dict[str, Any] | None = Field(sa_type=_TREE)
    snapshot: dict[str, Any] | None = Field(sa_type=_TREE)
    reverts_at: datetime | None = Field(sa_type=UtcDateTime)
    reverted_by: str | None
    reverted_at: datetime | None = Field(sa_type=UtcDateTime)
    revert_verification: dict[str, Any] | None = Field(sa_type=_TREE)
    cancelled_by: str | None
    parent_id: int | None = Field(foreign_key="runs.id")
    position: int
    recovers: int | None
    item_id: int | None


class RunTargetRow(Base, table=True):
    """A target that a run has to itself; the key is what makes two active runs on one target impossible."""

    __tablename__ = "run_targets"

    target: str = Field(primary_key=True)
    run_id: int = Field(foreign_key="runs.id", unique=True)


RUNS = Base.metadata.tables["runs"]
RUN_TARGETS = Base.metadata.tables["run_targets"]
