"""The two things that may be done to rows, UPDATE and INSERT: which rows they are about, done, and taken back.

Bounded: no more rows are ever read than the limit and one. Decides nothing; that is the command's.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from commands.base.postgres_api import Session
from commands.base.sql_condition import Bound, Condition, condition_sql
from commands.base.sql_rows import Row, Rows, Values
from commands.base.sql_table import refused


@dataclass(frozen=True)
class Found:
    """What is to be changed.

    Attributes:
        rows: those that are not yet as they should be.
        in_the_way: keys of rows that would have to be put in and are there with other values.
    """

    rows: tuple[Row, ...]
    in_the_way: tuple[Values, ...] = ()


class Work(ABC):
    """Something to be done to rows."""

    verb: str

    def __init__(self, rows: Rows) -> None:
        self.rows = rows

    @abstractmethod
    async def wanted(self, session: Session) -> list[Values]:
        """The values after, as PostgreSQL will give them back: one for all rows of an update, or one a row."""

    @abstractmethod
    async def find(self, session: Session, wanted: Sequence[Values], limit: int, *, lock: bool) -> Found:
        """The rows that are not as wanted, the limit and one at most; locked until the transaction's end if asked."""

    @abstractmethod
    async def do(self, session: Session, rows: Sequence[Row]) -> int:
        """Change the rows; how many there were."""

    @abstractmethod
    async def take_back(self, session: Session, rows: Sequence[Row]) -> int:
        """Make the rows as they were; how many there were."""


class Update(Work):
    """One set of values over all rows that fit a condition."""

    verb = "UPDATE"

    def __init__(
        self, rows: Rows, values: Values, conditions: Sequence[Condition], ids: Sequence[str]
    ) -> None:
        super().__init__(rows)
        self._values = values
        self._conditions = conditions
        self._ids = ids

    async def wanted(self, session: Session) -> list[Values]:
        """The one set of values."""
        return await self.rows.canonical(session, [self._values])

    async def find(self, session: Session, wanted: Sequence[Values], limit: int, *, lock: bool) -> Found:
        """The rows that fit the condition and have other values."""
        bound, table = Bound(), self.rows.table
        fits = condition_sql(self._conditions, table, self._ids, bound)
        same = " AND ".join(
            f"CAST(t.{column.quoted} AS text) IS NOT DISTINCT FROM {bound.add(value)}::text"
            for column, value in zip(self.rows.columns, wanted[0], strict=True)
        )
        order = ", ".join(f"t.{each.quoted}" for each in self.rows.key)
        found = await session.fetch(
            f"SELECT {self.rows.selected} FROM {table.quoted} AS t WHERE ({fits}) AND NOT ({same})"
            f" ORDER BY {order} LIMIT {limit + 1:d}{' FOR UPDATE OF t' if lock else ''}",
            *bound.values,
        )
        return Found(tuple(Row(*self.rows.split(each), new=wanted[0]) for each in found))

    async def do(self, session: Session, rows: Sequence[Row]) -> int:
        """Write the new values."""
        return await self.rows.update(session, [row.key for row in rows], [row.new for row in rows])

    async def take_back(self, session: Session, rows: Sequence[Row]) -> int:
        """Write the old values."""
        before = [(row.key, row.old) for row in rows if row.old is not None]
        return await self.rows.update(session, [key for key, _ in before], [old for _, old in before])


class Insert(Work):
    """Rows that are to be there."""

    verb = "INSERT"

    def __init__(self, rows: Rows, values: Sequence[Values]) -> None:
        super().__init__(rows)
        self._values = values

    async def wanted(self, session: Session) -> list[Values]:
        """Each row's values."""
        return await self.rows.canonical(session, self._values)

    async def find(self, session: Session, wanted: Sequence[Values], limit: int, *, lock: bool) -> Found:
        """The rows that are not there, and those that are there otherwise."""
        names = [column.name for column in self.rows.columns]
        places = [names.index(column.name) for column in self.rows.key]
        new = {tuple(values[place] for place in places): values for values in wanted[: limit + 1]}
        if len(new) < len(wanted[: limit + 1]):
            raise refused("Several of the rows have the same key.")
        there = await self.rows.read(session, list(new), lock=lock)
        return Found(
            tuple(Row(key, None, values) for key, values in new.items() if key not in there),
            tuple(key for key, values in there.items() if values != new[key]),
        )

    async def do(self, session: Session, rows: Sequence[Row]) -> int:
        """Put them in."""
        return await self.rows.insert(session, [row.new for row in rows])

    async def take_back(self, session: Session, rows: Sequence[Row]) -> int:
        """Take them out."""
        return await self.rows.delete(session, [row.key for row in rows])
