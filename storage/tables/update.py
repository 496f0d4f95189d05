"""The table of status updates: a row for each audience of each telling. Rows are never deleted."""

from datetime import datetime

from sqlalchemy import JSON
from sqlmodel import Field

from storage.columns import UtcDateTime
from storage.tables.base import Base


class UpdateRow(Base, table=True):
    """One telling to one audience; columns carry the names of `incidents.status_update.StatusUpdate`."""

    __tablename__ = "status_updates"

    id: int | None = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incidents.id", index=True)
    kind: str
    author: str
    at: datetime = Field(sa_type=UtcDateTime)
    fields_: dict[str, str] = Field(sa_type=JSON, sa_column_kwargs={"name": "fields"})
    text: str
    audience: str
    state: str
    approved_by: str | None
    decided_by: str | None
    decided_at: datetime | None = Field(sa_type=UtcDateTime, nullable=True)


UPDATES = Base.metadata.tables["status_updates"]
