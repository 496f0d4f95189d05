"""SQLite's engines: one connection that writes, a few that read. Durable against power loss, not only crashes."""

from typing import Any

from sqlalchemy import AsyncAdaptedQueuePool, Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from incidents.errors import ConfigError
from storage.address import Address

_READERS = 4
_PRAGMAS = ("busy_timeout = 10000", "journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON")


def writing_engine(address: Address) -> AsyncEngine:
    """An engine of one connection whose transactions hold the write lock from their first moment.

    Raises:
        ConfigError: the file's folder can't be made.
    """
    if address.file is not None:
        try:
            address.file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            folder, reason = address.file.parent, error.strerror
            raise ConfigError(f"DATABASE_URL: the folder {folder} can't be made: {reason}.") from error
    return _engine(address, connections=1, begin="BEGIN IMMEDIATE", pragmas=_PRAGMAS)


def reading_engine(address: Address) -> AsyncEngine:
    """An engine whose connections each see the last commit as of their first statement, and can't write."""
    return _engine(address, connections=_READERS, begin="BEGIN", pragmas=(*_PRAGMAS, "query_only = ON"))


def _engine(address: Address, *, connections: int, begin: str, pragmas: tuple[str, ...]) -> AsyncEngine:
    """An engine whose transactions begin only when they are told to, with the words given."""
    engine = create_async_engine(
        address.url,
        poolclass=AsyncAdaptedQueuePool,
        pool_size=connections,
        max_overflow=0,
    )

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's, untyped
        connection.isolation_level = None  # else the driver begins transactions of its own
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin_transaction(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine
