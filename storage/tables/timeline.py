"""The table of timeline entries. Rows are only ever added."""

from datetime import datetime

from sqlalchemy import JSON, Index
from sqlmodel import Field

from storage.columns import UtcDateTime
from storage.tables.base import Base


class TimelineRow(Base, table=True):
    """One entry; the key is what makes two entries with the same number impossible."""

    __tablename__ = "timeline"
    __table_args__ = (Index(None, "incident_id", "kind"),)

    incident_id: int = Field(foreign_key="incidents.id", primary_key=True)
    seq: int = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    actor: str
    kind: str
    text: str
    previous: str
    hash: str
    ref: str | None = Field(index=True)
    details: dict[str, str] = Field(sa_type=JSON)


TIMELINE = Base.metadata.tables["timeline"]
