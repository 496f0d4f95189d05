"""A table as PostgreSQL's catalogue describes it: what names may stand in a statement, and how they are quoted.

A name from outside is only ever looked up here; what goes into a statement is the catalogue's own, quoted.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from commands.base.postgres_api import Session
from commands.base.postgres_errors import NOTHING_CHANGED
from incidents.containment import ActionError

_COLUMNS = """
SELECT c.oid, n.nspname::text, a.attname::text, format_type(a.atttypid, -1), format_type(a.atttypid, a.atttypmod),
       t.typcategory::text IN ('S', 'V'), a.attnotnull
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid
WHERE c.relname = $1::text AND c.relkind IN ('r', 'p')
  AND CASE WHEN $2::text IS NULL THEN pg_table_is_visible(c.oid) ELSE n.nspname = $2::text END
ORDER BY a.attnum
"""
_UNIQUE = """
SELECT i.indisprimary, array_agg(a.attname::text ORDER BY a.attname)
FROM pg_index i
JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1])
WHERE i.indrelid = $1::oid AND i.indisunique AND i.indisvalid AND i.indimmediate
  AND i.indpred IS NULL AND i.indexprs IS NULL
GROUP BY i.indexrelid, i.indisprimary
"""


@dataclass(frozen=True)
class Column:
    """A column.

    Attributes:
        kind: its type as written in a statement, without a limit such as (10): a value that is too long is refused.
        limited: its type with the limit, which cuts and rounds as the column stores.
        is_text: whether its limit cuts characters off.
    """

    name: str
    kind: str
    limited: str
    is_text: bool
    required: bool

    @property
    def quoted(self) -> str:
        """Its name in a statement."""
        return quoted(self.name)


@dataclass(frozen=True)
class Table:
    """A table."""

    schema: str
    name: str
    columns: Mapping[str, Column]
    unique: tuple[frozenset[str], ...]
    primary: frozenset[str]

    @property
    def quoted(self) -> str:
        """Its name in a statement."""
        return f"{quoted(self.schema)}.{quoted(self.name)}"

    @property
    def spoken(self) -> str:
        """Its name for people."""
        return f"{self.schema}.{self.name}"

    def the(self, names: Iterable[str]) -> tuple[Column, ...]:
        """Columns by their names.

        Raises:
            ActionError: there is none of one of the names.
        """
        wanted = tuple(names)
        if missing := [name for name in wanted if name not in self.columns]:
            raise refused(
                f"{self.spoken} has no column {', '.join(map(repr, missing))}; it has {', '.join(self.columns)}."
            )
        return tuple(self.columns[name] for name in wanted)

    def key(self, names: Iterable[str]) -> tuple[Column, ...]:
        """The columns that tell its rows apart: those named, or else its primary key.

        Raises:
            ActionError: several rows may share one key.
        """
        chosen = self.the(names) or tuple(each for each in self.columns.values() if each.name in self.primary)
        if not chosen:
            raise refused(
                f"{self.spoken} has no primary key: name the columns that tell its rows apart as key."
            )
        inside = {each.name for each in chosen if each.required}
        if not any(each <= inside for each in self.unique):
            names = ", ".join(each.name for each in chosen)
            raise refused(
                f"{self.spoken} may have several rows of one key ({names}): a unique, NOT NULL one is needed."
            )
        return chosen


def quoted(name: str) -> str:
    """A name in double quotes, which can't be left from inside."""
    return '"' + name.replace('"', '""') + '"'


def refused(failed: str) -> ActionError:
    """The refusal of an action that does not fit the database."""
    return ActionError(failed, now=NOTHING_CHANGED, then="Correct the action in cordon.yaml.")


async def read_table(session: Session, name: str) -> Table | None:
    """The table of this name, written as `table` or `schema.table`; None if Cordon's user sees none."""
    schema, _, table = name.rpartition(".")
    found = await session.fetch(_COLUMNS, table, schema or None)
    if not found:
        return None
    unique = await session.fetch(_UNIQUE, found[0][0])
    return Table(
        schema=found[0][1],
        name=table,
        columns={row[2]: Column(*row[2:]) for row in found},
        unique=tuple(frozenset(names) for _, names in unique),
        primary=next((frozenset(names) for is_primary, names in unique if is_primary), frozenset()),
    )
