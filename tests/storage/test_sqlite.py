"""SQLite: durable, in a folder of its own, never waiting without end."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text

from incidents.errors import ConfigError, InDoubtError
from storage.database import Database
from storage.unit_of_work import UnitOfWork
from tests.storage.conftest import NOW


async def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="can't be made"):
        await Database.open(f"sqlite:///{tmp_path}/file/sub/cordon.db")


async def test_sqlite_is_durable_and_makes_its_folder(tmp_path: Path) -> None:
    database = await Database.open(f"sqlite+aiosqlite:///{tmp_path}/new/folder/cordon.db")

    async def pragmas(unit: UnitOfWork) -> list[object]:
        names = ["journal_mode", "synchronous", "foreign_keys"]
        return [(await unit.session.execute(text(f"PRAGMA {name}"))).scalar() for name in names]

    assert await database.write(pragmas) == ["wal", 2, 1]
    with pytest.raises(InDoubtError, match="readonly"):
        await database.read(lambda unit: unit.session.execute(text("CREATE TABLE t (a)")))
    await database.close()


async def test_another_process_holding_the_file_is_in_doubt_not_forever(tmp_path: Path) -> None:
    path = tmp_path / "cordon.db"
    database = await Database.open(f"sqlite:///{path}")
    await database.upgrade()
    await database.write(lambda unit: unit.session.execute(text("PRAGMA busy_timeout = 1")))
    with sqlite3.connect(path, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(InDoubtError, match="locked"):
            await database.write(lambda unit: unit.deliveries.accept("a", NOW))
        other.execute("ROLLBACK")
    other.close()
    assert await database.write(lambda unit: unit.deliveries.accept("a", NOW))
    await database.close()
