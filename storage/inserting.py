"""`INSERT … ON CONFLICT` and row counts in words that both databases understand."""

from sqlalchemy import CursorResult, Executable, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession


def insert_into(session: AsyncSession, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT of this session's database, with `on_conflict_do_nothing` and `on_conflict_do_update`."""
    return insert_for(session.get_bind().dialect.name, table)


def insert_for(dialect: str, table: Table) -> sqlite.Insert | postgresql.Insert:
    """The same for a database by its dialect's name."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


async def changed_rows(session: AsyncSession, statement: Executable) -> int:
    """Run an UPDATE or DELETE and tell how many rows it touched."""
    result = await session.execute(statement)
    return result.rowcount if isinstance(result, CursorResult) else 0
