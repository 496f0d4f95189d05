"""The hottest statement is built once and guarded on both databases."""

import pytest
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.dialects.sqlite import aiosqlite

from storage.journal.step_statement import step_statement


@pytest.mark.parametrize(
    ("name", "dialect"),
    [("sqlite", aiosqlite.dialect()), ("postgresql", asyncpg.dialect())],  # type: ignore[no-untyped-call]
)
@pytest.mark.parametrize("finishes", [True, False])
def test_it_writes_only_for_the_owner_at_this_fence(name: str, dialect: object, *, finishes: bool) -> None:
    statement = step_statement(name, finishes=finishes)
    words = str(statement.compile(dialect=dialect))  # type: ignore[arg-type]
    assert step_statement(name, finishes=finishes) is statement
    assert "jobs.fence =" in words
    assert "jobs.owner =" in words
    assert ("result = excluded.result" in words) is finishes
    assert "intent_at = excluded" not in words
    assert ("FOR SHARE OF jobs" in words) is (name == "postgresql")
