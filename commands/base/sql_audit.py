"""The audit table in the changed database: one row a change, committed with it.

Its unique key makes a change happen once, and tells afterwards whether a commit whose answer was lost had worked.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from commands.base.postgres_api import Session
from commands.base.postgres_errors import NOTHING_CHANGED
from commands.base.sql_table import Table, read_table
from incidents.containment import ActionError

_COLUMNS = ("run_key", "verb", "who", "why", "table_name", "row_count", "at")
_SHAPE = (
    "(run_key text, verb text, who text NOT NULL, why text NOT NULL, table_name text NOT NULL,"
    " row_count integer NOT NULL, at timestamptz NOT NULL, PRIMARY KEY (run_key, verb))"
)
_KEY = frozenset({"run_key", "verb"})


@dataclass(frozen=True)
class AuditEntry:
    """Who changed how many rows of what, and why."""

    run_key: str
    verb: str
    who: str
    why: str
    table: str
    count: int
    at: datetime

    def of(self, count: int) -> "AuditEntry":
        """The same about so many rows."""
        return replace(self, count=count)


@dataclass(frozen=True)
class AuditTable:
    """The table, seen to have the right shape."""

    table: Table

    async def has(self, session: Session, run_key: str, verb: str) -> bool:
        """Whether this run has done this."""
        wanted = f"SELECT 1 FROM {self.table.quoted} WHERE run_key = $1::text AND verb = $2::text"
        return bool(await session.fetch(wanted, run_key, verb))

    async def write(self, session: Session, entry: AuditEntry) -> bool:
        """Write a row; False if this run has written it before. Waits for a transaction that is just writing it."""
        written = await session.fetch(
            f"INSERT INTO {self.table.quoted} ({', '.join(_COLUMNS)})"
            " VALUES ($1::text, $2::text, $3::text, $4::text, $5::text, $6::integer, $7::timestamptz)"
            " ON CONFLICT (run_key, verb) DO NOTHING RETURNING 1",
            entry.run_key,
            entry.verb,
            entry.who,
            entry.why,
            entry.table,
            entry.count,
            entry.at,
        )
        return bool(written)


async def open_audit(session: Session, name: str) -> AuditTable:
    """The audit table of this name.

    Raises:
        ActionError: it is not there or lacks something; the text says how it is made.
    """
    table = await read_table(session, name)
    if table is None or not table.columns.keys() >= set(_COLUMNS) or _KEY not in table.unique:
        raise ActionError(
            f"The database has no audit table {name} of the right shape.",
            now=NOTHING_CHANGED,
            then=f"Make it once: CREATE TABLE {name} {_SHAPE}.",
        )
    return AuditTable(table)
