"""Alembic, driven from code. The only module that loads it; the database imports this one only when needed."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, text

from incidents.errors import ConfigError
from storage.migrations import HEAD

_TURN = 0x436F72646F6E
"""The number of PostgreSQL's advisory lock that two replicas starting at once take in turn."""


def migration_config(connection: Connection | None = None) -> Config:
    """Alembic's configuration over an open connection."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def upgrade_to_head(connection: Connection) -> None:
    """Bring the tables to the newest revision within the connection's transaction.

    Raises:
        ConfigError: the database is at a revision that this version doesn't know.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": _TURN})
    current = MigrationContext.configure(connection).get_current_revision()
    if current == HEAD:
        return
    config = migration_config(connection)
    _check_known(config, current)
    command.upgrade(config, "head")


def _check_known(config: Config, revision: str | None) -> None:
    try:
        ScriptDirectory.from_config(config).get_revision(revision or HEAD)
    except CommandError:
        raise ConfigError(
            f"The database is at revision {revision}, made by a newer Cordon than this one. "
            "Run that version, or restore the backup made before it."
        ) from None
