"""Whose channel it is, asked as seldom as may be."""

from collections.abc import AsyncIterator
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from bot.services.incident_channels import IncidentChannels
from storage.database import Database
from tests.fake_clock import FakeClock
from tests.storage.conftest import declare

if TYPE_CHECKING:
    from bot.services.parts import Parts


class Counted:
    """The database, and how often it was read."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.reads = 0

    async def read(self, work: Any) -> Any:  # noqa: ANN401 - the database's own signature
        self.reads += 1
        return await self._database.read(work)


@pytest.fixture
async def database() -> AsyncIterator[Database]:
    database = await Database.open("sqlite://")
    await database.upgrade()
    yield database
    await database.close()


async def test_a_channel_of_no_incident_is_asked_for_once_in_a_while(database: Database) -> None:
    clock, counted, channels = FakeClock(), Counted(database), IncidentChannels()
    parts = cast("Parts", SimpleNamespace(clock=clock, database=counted))
    for _ in range(5):
        assert await channels.find(parts, "C1") is None
    assert counted.reads == 1
    incident = await declare(database, channel_id="C1")
    clock.jump(timedelta(seconds=11))
    for _ in range(3):
        assert await channels.find(parts, "C1") == incident.id
    assert await channels.find(parts, "C2") is None


async def test_it_does_not_remember_without_end(database: Database) -> None:
    counted, channels = Counted(database), IncidentChannels()
    parts = cast("Parts", SimpleNamespace(clock=FakeClock(), database=counted))
    for number in range(2100):
        await channels.find(parts, f"C{number}")
    assert len(channels._others) == 2000
