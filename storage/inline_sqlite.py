"""A SQLite connection for the event loop that uses a thread only where SQLite may wait for the disk or a lock.

The usual driver (aiosqlite) hands every call to a thread: four hand-overs a statement, each dearer than the
statement itself, which finds its pages in memory. Here statements run in place. Beginning a writing
transaction (another process may hold the lock) and committing (the disk must be reached) still go to a
thread. It has just the methods that SQLAlchemy's dialect for aiosqlite calls, and stands in for that driver.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self, TypeVar

T = TypeVar("T")
_WAITS = "BEGIN IMMEDIATE"


class InlineCursor:
    """A cursor whose results are all in memory."""

    def __init__(self, connection: "InlineConnection", cursor: sqlite3.Cursor) -> None:
        self._connection = connection
        self._cursor = cursor

    async def __aenter__(self) -> Self:
        return self

    @property
    def description(self) -> Any:  # noqa: ANN401 - the driver's own shape
        """The columns of the result."""
        return self._cursor.description

    @property
    def rowcount(self) -> int:
        """How many rows the statement touched."""
        return self._cursor.rowcount

    @property
    def lastrowid(self) -> int | None:
        """The number of the last row put in."""
        return self._cursor.lastrowid

    async def execute(self, statement: str, parameters: Sequence[Any] = ()) -> Self:
        """Run a statement."""
        if statement == _WAITS:
            await self._connection.in_thread(lambda: self._cursor.execute(statement))
        else:
            self._cursor.execute(statement, parameters)
        return self

    async def executemany(self, statement: str, parameters: Sequence[Sequence[Any]]) -> Self:
        """Run a statement for each of the rows."""
        self._cursor.executemany(statement, parameters)
        return self

    async def fetchall(self) -> list[Any]:
        """The rows that are left."""
        return self._cursor.fetchall()

    async def close(self) -> None:
        """Let the statement go."""
        self._cursor.close()


class InlineConnection:
    """A connection whose calls never overlap; SQLAlchemy sees to that."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection: sqlite3.Connection | None = connection
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite")

    def cursor(self) -> InlineCursor:
        """A new cursor."""
        return InlineCursor(self, self._open().cursor())

    async def create_function(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - the driver's
        """Make a Python function known to SQL."""
        self._open().create_function(*arguments, **options)

    async def commit(self) -> None:
        """Commit, and wait for the disk."""
        await self.in_thread(self._open().commit)

    async def rollback(self) -> None:
        """Take everything back."""
        self._open().rollback()

    async def close(self) -> None:
        """Close the file, which may write to it."""
        if self._connection is not None:
            await self.in_thread(self._connection.close)
        self.stop()

    def stop(self) -> None:
        """Let the connection go without waiting."""
        self._connection = None
        self._thread.shutdown(wait=False)

    async def in_thread(self, call: Callable[[], T]) -> T:
        """Make a call that may wait, beside the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, call)

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            raise sqlite3.OperationalError("no active connection")
        return self._connection


async def connect(file: str, **options: Any) -> InlineConnection:  # noqa: ANN401 - the driver's
    """Open a file; transactions begin only when they are told to."""
    options |= {"check_same_thread": False, "isolation_level": None}
    return InlineConnection(sqlite3.connect(file, **options))
