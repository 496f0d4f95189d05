"""The table of incidents."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field

from storage.columns import UtcDateTime
from storage.tables.base import Base


class IncidentRow(Base, table=True):
    """One row an incident; columns carry the names of `incidents.incident.Incident`."""

    __tablename__ = "incidents"

    id: int | None = Field(default=None, primary_key=True)
    title: str
    summary: str
    severity: str
    status: str = Field(index=True)
    playbook: str
    reporter: str
    commander: str | None
    declared_at: datetime = Field(sa_type=UtcDateTime)
    resolved_at: datetime | None = Field(sa_type=UtcDateTime)
    next_update_at: datetime | None = Field(sa_type=UtcDateTime)
    last_update_at: datetime | None = Field(sa_type=UtcDateTime)
    channel_id: str | None = Field(unique=True)
    channel_name: str | None
    problems: dict[str, str] = Field(sa_type=JSON)
    type: str | None
    private: bool
    drill: bool
    calls: bool
    source: str | None
    acknowledged_at: datetime | None = Field(sa_type=UtcDateTime)
    contained_at: datetime | None = Field(sa_type=UtcDateTime)
    closed_at: datetime | None = Field(sa_type=UtcDateTime)
    archived_at: datetime | None = Field(sa_type=UtcDateTime)
    merged_into: int | None
    classification: dict[str, Any] = Field(sa_type=JSON)
    crew: dict[str, Any] = Field(sa_type=JSON)
    gates: dict[str, Any] = Field(sa_type=JSON)
    page: dict[str, Any] = Field(sa_type=JSON)
    timeline_count: int | None
    timeline_head: str | None


INCIDENTS = Base.metadata.tables["incidents"]
