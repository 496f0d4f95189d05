"""The tables of checklists: phases, and the items in them."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field

from storage.columns import UtcDateTime
from storage.tables.base import Base


class PhaseRow(Base, table=True):
    """One phase of an incident's checklist; budgets in minutes since the declaration."""

    __tablename__ = "checklist_phases"
    __table_args__ = (Index(None, "incident_id", "position", unique=True),)

    id: int | None = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incidents.id")
    position: int
    title: str
    starts_minute: int | None
    ends_minute: int | None


class ItemRow(Base, table=True):
    """One item; columns carry the names of `incidents.checklist.ChecklistItem`."""

    __tablename__ = "checklist_items"
    __table_args__ = (Index(None, "phase_id", "position", unique=True),)

    id: int | None = Field(default=None, primary_key=True)
    phase_id: int = Field(foreign_key="checklist_phases.id")
    position: int
    text: str
    detail: str
    action: str | None
    state: str
    by: str | None
    at: datetime | None = Field(sa_type=UtcDateTime)
    reason: str
    assignee: str | None
    version: int


PHASES = Base.metadata.tables["checklist_phases"]
ITEMS = Base.metadata.tables["checklist_items"]
