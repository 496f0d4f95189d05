"""Jobs as use cases see them."""

from storage.database import Database
from storage.jobs import NewJob
from storage.unit_of_work import UnitOfWork
from tests.storage.conftest import LATER, NOW, declare


async def test_jobs_are_enqueued_once_seen_and_cancelled(database: Database) -> None:
    incident = await declare(database)

    async def work(unit: UnitOfWork) -> None:
        jobs = unit.jobs
        later = NewJob("reminder", "reminder:1:1", {"n": 1}, LATER, incident.id)
        assert await jobs.add(later, now=NOW) is not None
        assert await jobs.add(later, now=NOW) is None
        await jobs.add(NewJob("open", "open:1", incident_id=incident.id), now=NOW)
        views = await jobs.pending(incident.id)
        assert [(view.key, view.args, view.run_at, view.state) for view in views] == [
            ("open:1", {}, NOW, "pending"),
            ("reminder:1:1", {"n": 1}, LATER, "pending"),
        ]
        assert [view.key for view in await jobs.pending(incident.id, "reminder")] == ["reminder:1:1"]
        assert await jobs.cancel_all(incident.id, "reminder") == 1
        assert await jobs.cancel("open:1") == 1
        assert await jobs.pending(incident.id) == []
        assert await jobs.add(later, now=NOW) is None
        assert await jobs.failed() == []
        assert (await jobs.counts())["cancelled"] == 2

    await database.write(work)
