"""What the databases' own errors become."""

from pathlib import Path

import pytest

from incidents.errors import ConfigError, InDoubtError, TemporaryError
from storage.database import Database
from tests.postgres import temporary_cluster
from tests.storage.conftest import NOW


async def test_a_server_that_is_not_there_is_said_without_the_password() -> None:
    with pytest.raises(TemporaryError, match=r"127\.0\.0\.1:9/cordon can't be reached") as raised:
        await Database.open("postgres://me:hunter2@127.0.0.1:9/cordon")
    assert "hunter2" not in str(raised.value)


@pytest.mark.postgres
async def test_a_database_that_does_not_exist_is_said(postgres_url: str) -> None:
    with pytest.raises(ConfigError, match="there is no such database"):
        await Database.open(postgres_url.removesuffix("postgres") + "nowhere")


async def test_a_file_that_is_no_database_is_said(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("these are notes, " * 100)
    with pytest.raises(ConfigError, match="not a database"):
        await Database.open(f"sqlite:///{tmp_path}/notes.txt")


@pytest.mark.postgres
async def test_a_server_that_goes_and_comes_back() -> None:
    with temporary_cluster() as cluster:
        database = await Database.open(cluster.url)
        await database.upgrade()
        cluster.stop()
        for _ in range(2):
            with pytest.raises(InDoubtError, match="did not answer"):
                await database.ping()
            with pytest.raises(InDoubtError, match="did not answer"):
                await database.write(lambda unit: unit.deliveries.accept("a", NOW))
        cluster.start()
        assert await database.write(lambda unit: unit.deliveries.accept("a", NOW))
        await database.close()
