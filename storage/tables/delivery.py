"""The table of requests already taken, so that the same one acts once."""

from datetime import datetime

from sqlmodel import Field

from storage.columns import UtcDateTime
from storage.tables.base import Base


class DeliveryRow(Base, table=True):
    """One request, by the key that its sender repeats when it sends it again."""

    __tablename__ = "deliveries"

    key: str = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime, index=True)


DELIVERIES = Base.metadata.tables["deliveries"]
