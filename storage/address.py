"""Reads DATABASE_URL. Ends at a checked address; opening it is the engines' part.

No sentence made here repeats a password.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from incidents.errors import ConfigError

_EXAMPLES = "Write sqlite:///data/cordon.db or postgresql://user:password@host/database."
_SQLITE = frozenset({"sqlite", "sqlite+aiosqlite"})
_POSTGRES = frozenset({"postgres", "postgresql", "postgresql+asyncpg"})


@dataclass(frozen=True)
class Address:
    """Where the database is.

    Attributes:
        url: the address in the engines' words.
        file: the SQLite file; None for one in memory, and on PostgreSQL.
        connect_args: what the driver is told beside the address.
    """

    url: URL
    file: Path | None
    connect_args: Mapping[str, Any]

    @property
    def is_postgres(self) -> bool:
        """Whether it is a PostgreSQL server, which several replicas may share."""
        return self.url.get_backend_name() == "postgresql"

    @property
    def spoken(self) -> str:
        """The address for people, without password and options."""
        return self.url.set(drivername=self.url.get_backend_name(), query={}).render_as_string(
            hide_password=True
        )


def parse_address(text: str) -> Address:
    """The database that an operator meant.

    Raises:
        ConfigError: it is no address of a database that Cordon can use.
    """
    try:
        url = make_url(text.strip())
    except (ArgumentError, ValueError):
        raise ConfigError(f"DATABASE_URL can't be read. {_EXAMPLES}") from None
    if url.drivername in _SQLITE:
        return _sqlite(url)
    if url.drivername in _POSTGRES:
        return _postgres(url)
    raise ConfigError(f'DATABASE_URL speaks of "{url.drivername}", which Cordon can\'t use. {_EXAMPLES}')


def _sqlite(url: URL) -> Address:
    if url.host:
        raise ConfigError(f"DATABASE_URL needs three slashes before the file's path. {_EXAMPLES}")
    in_memory = url.database in {None, "", ":memory:"}
    file = None if in_memory else Path(str(url.database))
    return Address(url.set(drivername="sqlite+aiosqlite"), file, {})


def _postgres(url: URL) -> Address:
    if not url.database:
        raise ConfigError(f"DATABASE_URL names no database. {_EXAMPLES}")
    query, connect_args, settings = dict(url.query), dict[str, Any](), dict[str, str]()
    if mode := query.pop("sslmode", None):
        connect_args["ssl"] = mode
    if name := query.pop("application_name", None):
        settings["application_name"] = str(name)
    if unknown := query.keys() - {"host", "port", "ssl"}:
        raise ConfigError(f"DATABASE_URL has options that Cordon doesn't know: {', '.join(sorted(unknown))}.")
    connect_args["server_settings"] = settings
    return Address(url.set(drivername="postgresql+asyncpg", query=query), None, connect_args)
