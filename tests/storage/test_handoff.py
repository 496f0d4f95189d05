"""A job reaches the journal of its process after the commit: leased when due, as a moment when not."""

from datetime import datetime, timedelta

from storage.database import Database
from storage.handoff import LeasedJob
from storage.jobs import NewJob
from storage.unit_of_work import UnitOfWork
from tests.storage.conftest import LATER, NOW


class Listener:
    """A `Handoff` that writes down what it is given."""

    owner = "me"
    lease_seconds = 30.0

    def __init__(self) -> None:
        self.begun: list[LeasedJob] = []
        self.moments: list[datetime] = []

    def takes(self, kind: str) -> bool:
        return kind == "mine"

    def begin(self, job: LeasedJob) -> None:
        self.begun.append(job)

    def scheduled(self, run_at: datetime) -> None:
        self.moments.append(run_at)


async def test_jobs_are_handed_over_after_the_commit(database: Database) -> None:
    listener = Listener()
    database.attach(listener)

    async def work(unit: UnitOfWork) -> int | None:
        await unit.jobs.add(NewJob("mine", "later", run_at=LATER), now=NOW)
        await unit.jobs.add(NewJob("others", "now"), now=NOW)
        born = await unit.jobs.add(NewJob("mine", "now, mine", {"pair": (1, 2)}), now=NOW)
        await unit.jobs.add(NewJob("mine", "later"), now=NOW)
        assert listener.begun == []
        assert listener.moments == []
        return born

    born = await database.write(work)
    assert born is not None
    until = NOW + timedelta(seconds=30)
    assert listener.begun == [LeasedJob(born, "mine", "now, mine", {"pair": [1, 2]}, None, 1, 0, until)]
    assert listener.moments == [LATER, NOW]


async def test_a_journal_that_has_left_is_told_nothing(database: Database) -> None:
    first, second = Listener(), Listener()
    database.attach(first)
    database.attach(second)
    database.detach(first)
    await database.write(lambda unit: unit.jobs.add(NewJob("mine", "a"), now=NOW))
    database.detach(second)
    await database.write(lambda unit: unit.jobs.add(NewJob("mine", "b"), now=NOW))
    assert first.begun == []
    assert [job.key for job in second.begun] == ["a"]
