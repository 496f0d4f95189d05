"""Which processes are alive on a SQLite file: each holds a lock file beside it, which the system frees at its end.

PostgreSQL needs none: there a lease that nobody renews runs out. A file that its owner left behind is taken away
by whoever finds its lock free.
"""

import fcntl
import os
import re
from pathlib import Path

from incidents.errors import ConfigError

_SAFE = re.compile(r"[A-Za-z0-9_.-]{1,100}")


class Presence:
    """This process's sign of life, and a look at that of others. Without a file nobody else can be there.

    Args:
        database: the SQLite file; None for a database in memory.
    """

    def __init__(self, database: Path | None) -> None:
        self._database = database
        self._held: int | None = None
        self._owner = ""

    def show(self, owner: str) -> None:
        """Be alive under this name until `leave`, or until the process ends in any way.

        Raises:
            ConfigError: the file's folder refuses it.
        """
        path = self._path(owner)
        if path is None or self._held is not None:
            return
        try:
            self._held = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ConfigError(
                f"DATABASE_URL: {path} can't be made or locked: {error.strerror}."
                " SQLite needs a folder on a local disk that Cordon may write to."
            ) from error
        self._owner = owner

    def leave(self) -> None:
        """Be alive under this name no more."""
        path = self._path(self._owner) if self._owner else None
        if self._held is None or path is None:
            return
        path.unlink(missing_ok=True)
        os.close(self._held)
        self._held, self._owner = None, ""

    def is_alive(self, owner: str) -> bool:
        """Whether a process of this name is alive; what can't be told counts as alive."""
        path = self._path(owner)
        if path is None:
            return False
        try:
            found = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        except OSError:
            return True
        try:
            fcntl.flock(found, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink(missing_ok=True)
        except OSError:
            return True
        finally:
            os.close(found)
        return False

    def _path(self, owner: str) -> Path | None:
        """The lock file of an owner; names that other versions may have left in the database have none."""
        if self._database is None or not _SAFE.fullmatch(owner):
            return None
        return self._database.with_name(f"{self._database.name}-alive-{owner}")
