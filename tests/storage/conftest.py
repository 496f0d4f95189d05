"""Every storage test runs on both databases, each on an empty one of its own."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from incidents.incident import Incident
from storage.database import Database
from storage.unit_of_work import UnitOfWork
from tests.postgres import postgres_cluster, postgres_database, postgres_url

__all__ = ["postgres_cluster", "postgres_database", "postgres_url"]


NOW = datetime(2026, 3, 1, 9, 30, 15, 123456, tzinfo=UTC)
LATER = NOW + timedelta(seconds=30)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/cordon.db"
    url: str = request.getfixturevalue("postgres_database")
    return url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An open database in shape."""
    database = await Database.open(database_url)
    await database.upgrade()
    yield database
    await database.close()


async def declare(database: Database, title: str = "Agent leaks data", **changes: object) -> Incident:
    """An incident to hang things on."""

    async def work(unit: UnitOfWork) -> Incident:
        incident = await unit.incidents.add(
            title=title,
            summary="",
            severity="SEV1",
            playbook="agentic",
            reporter="U1",
            declared_at=NOW,
            next_update_at=LATER,
        )
        return await unit.incidents.change(incident.id, **changes)

    return await database.write(work)
