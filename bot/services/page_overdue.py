"""A timer behind each page: where PagerDuty has not taken it by then, people are called by other means."""

from datetime import datetime, timedelta
from typing import Final

from bot.services import page_fallback, page_state
from bot.services.parts import Parts
from incidents.incident import Incident
from storage.jobs import NewJob
from storage.journal.model import JobKind
from storage.journal.run import JobRun
from storage.unit_of_work import UnitOfWork

KIND: Final = "page_overdue"


async def enqueue(work: UnitOfWork, parts: Parts, incident: Incident, page_round: int, now: datetime) -> None:
    """Set the timer of a round."""
    patience = timedelta(seconds=parts.organisation.paging.fallback_after_seconds)
    job = NewJob(
        KIND,
        f"{KIND}:{incident.id}:{page_round}",
        {"round": page_round},
        run_at=now + patience,
        incident_id=incident.id,
    )
    await work.jobs.add(job, now=now)


def kind(parts: Parts) -> JobKind:
    """The journal's kind of job."""

    async def body(run: JobRun) -> None:
        page_round = int(run.args["round"])

        async def give_up(work: UnitOfWork) -> None:
            incident = await work.incidents.get(run.incident_id or 0, lock=True)
            seconds = parts.organisation.paging.fallback_after_seconds
            after = page_state.of(incident).overdue(page_round, f"no answer within {seconds:.0f} seconds")
            if await page_state.keep(work, parts, incident, after):
                await page_fallback.enqueue(work, parts, incident, after, parts.clock.now())

        await parts.database.write(give_up)

    return JobKind(KIND, body)
