"""`INSERT … ON CONFLICT` and row counts in words that both databases understand."""

from sqlalchemy import CursorResult, Executable, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession


def insert_into(session: AsyncSession, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT of this session's database, with `on_conflict_do_nothing` and `on_conflict_do_update`."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


async def changed_rows(session: AsyncSession, statement: Executable) -> int:
    """Run an UPDATE or DELETE and tell how many rows it touched."""
    result = await session.execute(statement)
    return result.rowcount if isinstance(result, CursorResult) else 0
