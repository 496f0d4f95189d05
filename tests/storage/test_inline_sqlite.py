"""The connection that stands in for aiosqlite does what SQLAlchemy asks of it."""

import sqlite3
from pathlib import Path

import pytest

from storage.inline_sqlite import connect


async def test_statements_transactions_and_results(tmp_path: Path) -> None:
    connection = await connect(str(tmp_path / "file.db"))
    cursor = await connection.cursor().__aenter__()
    await cursor.execute("CREATE TABLE things (name TEXT)")
    await cursor.execute("BEGIN IMMEDIATE")
    await cursor.executemany("INSERT INTO things VALUES (?)", [("a",), ("b",)])
    assert cursor.rowcount == 2
    await connection.commit()
    await cursor.execute("BEGIN IMMEDIATE")
    await cursor.execute("INSERT INTO things VALUES (?)", ("c",))
    assert cursor.lastrowid == 3
    await connection.rollback()
    await cursor.execute("SELECT name FROM things ORDER BY name")
    assert cursor.description[0][0] == "name"
    assert await cursor.fetchall() == [("a",), ("b",)]
    await cursor.close()
    await connection.close()


async def test_a_closed_connection_says_so(tmp_path: Path) -> None:
    connection = await connect(str(tmp_path / "file.db"))
    await connection.create_function("double", 1, lambda number: number * 2)
    await connection.close()
    await connection.close()
    with pytest.raises(sqlite3.OperationalError, match="no active connection"):
        connection.cursor()
