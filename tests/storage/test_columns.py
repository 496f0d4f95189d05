"""Moments are aware and in UTC."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from storage.database import Database
from storage.tables import DELIVERIES
from storage.unit_of_work import UnitOfWork
from tests.storage.conftest import NOW


async def test_moments_come_back_aware_and_in_utc(database: Database) -> None:
    berlin = NOW.astimezone(timezone(timedelta(hours=1)))
    await database.write(lambda unit: unit.deliveries.accept("a", berlin))

    async def work(unit: UnitOfWork) -> datetime:
        moment: datetime = (await unit.session.execute(DELIVERIES.select())).one().at
        return moment

    kept = await database.read(work)
    assert kept == NOW
    assert kept.tzinfo is UTC
    with pytest.raises(Exception, match="has no zone"):
        await database.write(lambda unit: unit.deliveries.accept("b", NOW.replace(tzinfo=None)))
