"""Migrations: they lead to what the models say, from nothing, once, and never from the future."""

import asyncio
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, column, insert, inspect, table, text

from incidents.errors import ConfigError
from incidents.timeline import EntryKind, TimelineEntry
from storage.columns import UtcDateTime
from storage.database import Database
from storage.migrate import migration_config
from storage.migrations import HEAD
from storage.tables import METADATA
from storage.unit_of_work import UnitOfWork
from tests.storage.conftest import NOW


async def run_sync(database: Database, function):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    async def work(unit: UnitOfWork) -> object:
        return await (await unit.session.connection()).run_sync(function)

    return await database.write(work)


def test_the_known_head_is_alembics() -> None:
    assert ScriptDirectory.from_config(migration_config()).get_current_head() == HEAD


async def test_models_and_migrations_agree(database: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "target_metadata": METADATA}
        )
        return list(compare_metadata(context, METADATA))

    assert await run_sync(database, differences) == []


async def test_the_way_back_leaves_nothing(database: Database) -> None:
    def downgrade(connection: Connection) -> list[str]:
        from alembic import command  # noqa: PLC0415

        command.downgrade(migration_config(connection), "base")
        return inspect(connection).get_table_names()

    assert await run_sync(database, downgrade) == ["alembic_version"]


async def test_a_timeline_of_the_first_shape_stays_whole_and_grows(database_url: str) -> None:
    database = await Database.open(database_url)
    told = TimelineEntry(incident_id=1, seq=1, at=NOW, actor="U1", kind=EntryKind.DECLARED, text="a").sealed()
    later = told.model_copy(update={"seq": 2, "previous": told.hash, "text": "b"}).sealed()

    def first_shape(connection: Connection) -> None:
        from alembic import command  # noqa: PLC0415

        command.upgrade(migration_config(connection), "0001")
        connection.execute(
            text("""INSERT INTO incidents (id, title, summary, severity, status, playbook, reporter, declared_at,
                problems) VALUES (1, 't', '', 'SEV1', 'investigating', 'p', 'U1', '2026-03-01 09:30:00.000000', '{}')""")
        )
        columns = ("incident_id", "seq", "at", "actor", "kind", "text", "previous", "hash")
        for entry in (told, later):
            row = {name: getattr(entry, name) for name in columns}
            kept = table(
                "timeline", *(column(name) for name in columns if name != "at"), column("at", UtcDateTime)
            )
            connection.execute(insert(kept).values(row))

    await run_sync(database, first_shape)
    await database.upgrade()
    assert (await database.read(lambda unit: unit.audit.prove(1))).broken is None
    entry = await database.write(
        lambda unit: unit.timeline.append(1, at=NOW, actor="U1", kind=EntryKind.NOTE, text="c")
    )
    assert (entry.seq, entry.previous) == (3, later.hash)
    proven = await database.read(lambda unit: unit.audit.prove(1))
    assert (proven.length, proven.broken) == (3, None)
    await database.close()


async def test_replicas_starting_at_once_do_not_collide(database_url: str) -> None:
    databases = [await Database.open(database_url) for _ in range(4)]
    await asyncio.gather(*(database.upgrade() for database in databases))
    for database in databases:
        assert await database.read(lambda unit: unit.incidents.recent()) == []
        await database.close()


async def test_a_database_of_a_newer_version_is_refused(database: Database) -> None:
    await run_sync(
        database, lambda connection: connection.execute(text("UPDATE alembic_version SET version_num = '9'"))
    )
    with pytest.raises(ConfigError, match="at revision 9, made by a newer Cordon"):
        await database.upgrade()


async def test_a_database_in_shape_does_not_cost_alembic(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/cordon.db"
    database = await Database.open(url)
    await database.upgrade()
    await database.close()
    program = f"""
import asyncio, sys
from storage.database import Database
async def main():
    database = await Database.open({url!r})
    await database.upgrade()
    await database.close()
asyncio.run(main())
sys.exit("alembic" in sys.modules)
"""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", program)
    assert await process.wait() == 0
