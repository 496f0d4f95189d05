"""Conflicts and row counts mean the same on both databases."""

from sqlalchemy import delete

from storage.database import Database
from storage.inserting import changed_rows, insert_into
from storage.tables import DELIVERIES
from storage.unit_of_work import UnitOfWork
from tests.storage.conftest import LATER, NOW


async def test_a_conflict_is_passed_over_or_settled(database: Database) -> None:
    async def work(unit: UnitOfWork) -> None:
        insert = insert_into(unit.session, DELIVERIES).values(key="a", at=NOW)
        assert await changed_rows(unit.session, insert) == 1
        assert await changed_rows(unit.session, insert.on_conflict_do_nothing()) == 0
        upsert = insert.on_conflict_do_update(index_elements=[DELIVERIES.c.key], set_={"at": LATER})
        assert (await unit.session.execute(upsert.returning(DELIVERIES.c.at))).scalar_one() == LATER
        assert await changed_rows(unit.session, delete(DELIVERIES)) == 1

    await database.write(work)
