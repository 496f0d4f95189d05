"""The table of messages whose content follows an incident."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field

from storage.columns import UtcDateTime
from storage.tables.base import Base


class MessageRow(Base, table=True):
    """One message. `wanted` counts the changes of its content, `shown` is the count that people see."""

    __tablename__ = "messages"
    __table_args__ = (Index(None, "incident_id", "kind", "part", unique=True),)

    id: int | None = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incidents.id")
    kind: str
    part: int
    channel_id: str | None
    ts: str | None
    wanted: int
    shown: int
    gone: bool
    owner: str | None
    lease_until: datetime | None = Field(sa_type=UtcDateTime)


MESSAGES = Base.metadata.tables["messages"]
