"""A throwaway PostgreSQL server for tests, made from the binaries on this machine; a plugin of fixtures.

Where there are no binaries, the tests that need them say so and are skipped.
"""

import asyncio
import os
import pwd
import shutil
import socket
import subprocess
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg  # type: ignore[import-untyped]
import pytest

_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "60"}

NEEDS_PASSWORD = "needs_password"
"""The one user that the server asks for a password; a test that wants it creates it."""


def find_binaries() -> Path | None:
    """The folder of PostgreSQL's server programs, or None."""
    if found := shutil.which("initdb"):
        return Path(found).parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda each: int(each.parent.name))
    return folders[-1] if folders else None


class Cluster:
    """A server in a folder of its own, listening on a free loopback port."""

    def __init__(self, binaries: Path, folder: Path) -> None:
        self._binaries = binaries
        self._data = folder / "data"
        self._user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        self._port = _free_port()

    @property
    def url(self) -> str:
        """The address of the server's first database."""
        return self.url_of("postgres")

    def url_of(self, database: str) -> str:
        """The address of a database on this server."""
        return f"postgresql://{self._user}@127.0.0.1:{self._port}/{database}"

    def start(self) -> None:
        """Make the data folder if there is none, and start the server."""
        if not self._data.exists():
            self._data.mkdir()
            if os.geteuid() == 0:
                shutil.chown(self._data, self._user)
            self._run(
                "initdb",
                "--auth=trust",
                "--no-sync",
                "--encoding=UTF8",
                "--locale=C",
                "--username",
                self._user,
            )
            access = self._data / "pg_hba.conf"
            access.write_text(f"host all {NEEDS_PASSWORD} all scram-sha-256\n{access.read_text()}")
        options = [f"-c {name}={value}" for name, value in _SETTINGS.items()]
        listen = f"-c listen_addresses=127.0.0.1 -c port={self._port} -c unix_socket_directories="
        log = self._data / "log"
        self._run("pg_ctl", "start", "--wait", f"--log={log}", "--options", " ".join([listen, *options]))

    def stop(self, mode: str = "fast") -> None:
        """Stop the server; clients lose their connections."""
        self._run("pg_ctl", "stop", "--wait", f"--mode={mode}")

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self._binaries / program, "--pgdata", self._data, *arguments],
            user=self._user if os.geteuid() == 0 else None,
            cwd=self._data,
            check=True,
            start_new_session=True,  # what interrupts the tests must not reach the server first
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def temporary_cluster() -> Iterator[Cluster]:
    """A running server of its own, gone at the end. Skips the test where there are no binaries."""
    binaries = find_binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL binaries on this machine (initdb is neither on the PATH nor installed)")
    # not among pytest's own folders: those are closed to the server's user
    with TemporaryDirectory(prefix="cordon-postgres-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        cluster = Cluster(binaries, folder)
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.stop("immediate")


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Cluster]:
    """A running server, stopped at the end."""
    with temporary_cluster() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def postgres_url(postgres_cluster: Cluster) -> str:
    """The address of a running server's first database."""
    return postgres_cluster.url


@pytest.fixture
async def postgres_database(postgres_cluster: Cluster) -> AsyncIterator[str]:
    """The address of an empty database, dropped after the test."""
    name = f"test_{uuid.uuid4().hex}"
    server = await asyncpg.connect(postgres_cluster.url)
    await server.execute(f"CREATE DATABASE {name}")
    yield postgres_cluster.url_of(name)
    await server.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await asyncio.wait_for(server.close(), timeout=10)
