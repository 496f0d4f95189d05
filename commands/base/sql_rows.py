"""Rows by their keys: read, locked, updated, put in and taken out, in one statement each.

All values travel as text and are cast by PostgreSQL itself, so that what was read can be kept as JSON and written back
the same, whatever the column's type. Names come from `sql_table`, values are bound.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from commands.base.postgres_api import Session
from commands.base.sql_table import Column, Table, refused

Values = tuple[str | None, ...]


@dataclass(frozen=True)
class Row:
    """A row that is to be changed.

    Attributes:
        key: what tells it apart.
        old: the values before; None where there was no such row.
        new: the values after.
    """

    key: Values
    old: Values | None
    new: Values


@dataclass(frozen=True)
class Rows:
    """The part of a table that a statement is about.

    Attributes:
        key: the columns that tell rows apart.
        columns: the columns that are written.
    """

    table: Table
    key: tuple[Column, ...]
    columns: tuple[Column, ...]

    async def canonical(self, session: Session, wanted: Sequence[Values]) -> list[Values]:
        """Values as these columns will give them back: `1.5` may become `1.50`.

        Raises:
            ActionError: one is too long for its column, or not of its type.
        """
        stored = [f"CAST(CAST(u.v{n} AS {each.limited}) AS text)" for n, each in enumerate(self.columns)]
        whole = [f"CAST(CAST(u.v{n} AS {each.kind}) AS text)" for n, each in enumerate(self.columns)]
        source, bound = _unnested(wanted, "v", len(self.columns))
        found = await session.fetch(
            f"SELECT {', '.join(stored + whole)} FROM {source} ORDER BY u.place", *bound
        )
        width = len(self.columns)
        for row in found:
            for column, short, long in zip(self.columns, row[:width], row[width:], strict=True):
                if column.is_text and short != long:
                    raise refused(
                        f"A value is too long for {self.table.spoken}.{column.name} ({column.limited})."
                    )
        return [row[:width] for row in found]

    async def read(self, session: Session, keys: Sequence[Values], *, lock: bool) -> dict[Values, Values]:
        """The present values of the rows that are there, by key; locked until the transaction's end if asked for."""
        source, bound = _unnested(keys, "k", len(self.key))
        found = await session.fetch(
            f"SELECT {self.selected} FROM {self.table.quoted} AS t"
            f" WHERE ({self._keys('t')}) IN (SELECT {self._casts('k', self.key)} FROM {source})"
            f" ORDER BY {self._keys('t')}{' FOR UPDATE OF t' if lock else ''}",
            *bound,
        )
        return dict(map(self.split, found))

    async def update(self, session: Session, keys: Sequence[Values], values: Sequence[Values]) -> int:
        """Write values over the rows of these keys; how many there were."""
        source, bound = _unnested(
            [(*key, *new) for key, new in zip(keys, values, strict=True)],
            "u",
            len(self.key) + len(self.columns),
        )
        first = len(self.key)
        assigned = [
            f"{each.quoted} = CAST(u.u{n} AS {each.kind})" for n, each in enumerate(self.columns, start=first)
        ]
        same = [f"t.{each.quoted} = CAST(u.u{n} AS {each.kind})" for n, each in enumerate(self.key)]
        return await _count(
            session,
            f"UPDATE {self.table.quoted} AS t SET {', '.join(assigned)} FROM {source} WHERE {' AND '.join(same)}",
            bound,
        )

    async def insert(self, session: Session, values: Sequence[Values]) -> int:
        """Put rows in; how many."""
        source, bound = _unnested(values, "v", len(self.columns))
        names = ", ".join(each.quoted for each in self.columns)
        casts = self._casts("v", self.columns)
        return await _count(
            session, f"INSERT INTO {self.table.quoted} ({names}) SELECT {casts} FROM {source}", bound
        )

    async def delete(self, session: Session, keys: Sequence[Values]) -> int:
        """Take rows out; how many."""
        source, bound = _unnested(keys, "k", len(self.key))
        keyed = f"({self._keys('t')}) IN (SELECT {self._casts('k', self.key)} FROM {source})"
        return await _count(session, f"DELETE FROM {self.table.quoted} AS t WHERE {keyed}", bound)

    async def whole(self, session: Session, keys: Sequence[Values]) -> list[str]:
        """All that the rows of these keys hold, a JSON object each."""
        source, bound = _unnested(keys, "k", len(self.key))
        found = await session.fetch(
            f"SELECT CAST(row_to_json(t) AS text) FROM {self.table.quoted} AS t"
            f" WHERE ({self._keys('t')}) IN (SELECT {self._casts('k', self.key)} FROM {source})"
            f" ORDER BY {self._keys('t')}",
            *bound,
        )
        return [row[0] for row in found]

    @property
    def selected(self) -> str:
        """Key and values, all as text, of a table that is called t in the statement."""
        return ", ".join(f"CAST(t.{each.quoted} AS text)" for each in (*self.key, *self.columns))

    def split(self, row: tuple[Any, ...]) -> tuple[Values, Values]:
        """What `selected` gave, as key and values."""
        return row[: len(self.key)], row[len(self.key) :]

    def _keys(self, alias: str) -> str:
        return ", ".join(f"{alias}.{each.quoted}" for each in self.key)

    def _casts(self, prefix: str, columns: tuple[Column, ...]) -> str:
        return ", ".join(f"CAST(u.{prefix}{n} AS {each.kind})" for n, each in enumerate(columns))


def _unnested(rows: Sequence[Values], prefix: str, width: int) -> tuple[str, list[list[str | None]]]:
    """Rows of text as a source called u, and what is bound for it."""
    arrays = ", ".join(f"${n}::text[]" for n in range(1, width + 1))
    names = ", ".join(f"{prefix}{n}" for n in range(width))
    bound = [[row[n] for row in rows] for n in range(width)]
    return f"unnest({arrays}) WITH ORDINALITY AS u({names}, place)", bound


async def _count(session: Session, statement: str, bound: list[list[str | None]]) -> int:
    return len(await session.fetch(f"{statement} RETURNING 1", *bound))
