"""What both ways of writing promise."""

import asyncio

from sqlalchemy.exc import IntegrityError

from storage.database import Database
from storage.tables import DELIVERIES
from storage.unit_of_work import UnitOfWork
from tests.storage.conftest import NOW


async def accepted(database: Database, *keys: str) -> list[str]:
    async def work(unit: UnitOfWork) -> list[str]:
        rows = await unit.session.execute(DELIVERIES.select().order_by(DELIVERIES.c.key))
        return [row.key for row in rows if row.key in keys or not keys]

    return await database.read(work)


async def test_one_failing_write_does_not_hurt_those_that_share_its_transaction(database: Database) -> None:
    calls: list[str] = []

    def work(key: str, error: Exception | None = None):  # type: ignore[no-untyped-def]  # noqa: ANN202
        async def write(unit: UnitOfWork) -> str:
            unit.after_commit(lambda: calls.append(key))
            await unit.deliveries.accept(key, NOW)
            if error is not None:
                raise error
            return key

        return write

    async def violates(unit: UnitOfWork) -> None:
        unit.after_commit(lambda: calls.append("violates"))
        await unit.session.execute(DELIVERIES.insert().values(key="first", at=NOW))

    first = await database.write(work("first"))
    outcomes = await asyncio.gather(
        *(database.write(work(f"good {number}")) for number in range(5)),
        database.write(work("bad", ValueError("no"))),
        database.write(violates),
        *(database.write(work(f"later {number}")) for number in range(5)),
        return_exceptions=True,
    )
    good = [outcome for outcome in outcomes if isinstance(outcome, str)]
    assert first == "first"
    assert len(good) == 10
    assert sorted(type(outcome).__name__ for outcome in outcomes if not isinstance(outcome, str)) == [
        IntegrityError.__name__,
        "ValueError",
    ]
    assert await accepted(database) == sorted(["first", *good])
    assert sorted(calls) == sorted(["first", *good])


async def test_a_cancelled_caller_does_not_break_the_others(database: Database) -> None:
    begun = asyncio.Event()
    goes_on = asyncio.Event()

    async def slow(unit: UnitOfWork) -> None:
        begun.set()
        await goes_on.wait()
        await unit.deliveries.accept("slow", NOW)

    cancelled = asyncio.create_task(database.write(slow))
    await begun.wait()
    others = [
        asyncio.create_task(database.write(lambda unit, key=str(number): unit.deliveries.accept(key, NOW)))  # type: ignore[misc]
        for number in range(3)
    ]
    await asyncio.sleep(0)
    cancelled.cancel()
    goes_on.set()
    assert await asyncio.gather(*others) == [True, True, True]
    assert isinstance((await asyncio.gather(cancelled, return_exceptions=True))[0], asyncio.CancelledError)
    await database.close()
    assert set(await accepted(database)) == {"0", "1", "2", "slow"}
