"""The one `MetaData` of Cordon's tables, with names for constraints so that migrations can speak of them."""

from sqlalchemy import MetaData
from sqlmodel import SQLModel


class Base(SQLModel):
    """The root of all tables; its metadata is Cordon's own, not SQLModel's global one."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        }
    )
