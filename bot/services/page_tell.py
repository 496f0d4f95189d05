"""The job that tells PagerDuty of an acknowledgement or a resolution, for every round that may have rung.

Telling twice, or of a page that was never sent, does nothing in PagerDuty.
"""

from datetime import datetime, timedelta
from functools import partial
from typing import Final

from bot.services import page_state
from bot.services.parts import Parts
from incidents.errors import OutsideError, PermanentError
from incidents.incident import Incident
from incidents.paging import PageState, Paging
from incidents.timeline import EntryKind
from storage.jobs import NewJob
from storage.journal.model import JobKind
from storage.journal.run import JobRun
from storage.unit_of_work import UnitOfWork

KIND: Final = "page_tell"
_TRIES: Final = 30
_WORDS: Final = {
    PageState.ACKNOWLEDGED: (EntryKind.PAGE_ACKNOWLEDGED, "PagerDuty was told that somebody is in command"),
    PageState.RESOLVED: (EntryKind.PAGE_RESOLVED, "PagerDuty was told that it is over"),
}


async def enqueue(work: UnitOfWork, incident: Incident, paging: Paging, now: datetime) -> None:
    """Tell PagerDuty of the state that the page has come to."""
    await work.jobs.add(_job(incident, paging, now, again=False), now=now)


async def again(
    work: UnitOfWork, incident: Incident, paging: Paging, now: datetime, *, wait: timedelta = timedelta()
) -> bool:
    """Tell it once more, as a page may arrive behind the telling; False where nothing is to be told."""
    if paging.state not in _WORDS:
        return False
    await work.jobs.add(_job(incident, paging, now + wait, again=True), now=now)
    return True


def _job(incident: Incident, paging: Paging, run_at: datetime, *, again: bool) -> NewJob:
    return NewJob(
        KIND,
        f"{KIND}:{incident.id}:{paging.state}:{paging.round}:{run_at.timestamp():.6f}:{again}",
        {"state": paging.state.value, "rounds": paging.round, "again": again},
        run_at=run_at,
        incident_id=incident.id,
    )


def kind(parts: Parts) -> JobKind:
    """The journal's kind of job."""

    async def body(run: JobRun) -> None:
        incident = await parts.database.read(lambda work: work.incidents.get(run.incident_id or 0))
        state = PageState(run.args["state"])
        try:
            for page_round in range(int(run.args["rounds"]), 0, -1):
                await run.step(f"round-{page_round}", partial(_tell, parts, incident, state, page_round))
        except OutsideError as error:
            why, last = str(error), run.last_attempt or isinstance(error, PermanentError)
            await parts.database.write(lambda work: _failed(work, parts, run, why, last=last))
            raise
        await run.step("record", lambda: parts.database.write(lambda work: _told(work, parts, run)))

    return JobKind(KIND, body, max_attempts=_TRIES)


async def _tell(parts: Parts, incident: Incident, state: PageState, page_round: int) -> None:
    if parts.pager is None:
        raise PermanentError("PagerDuty", "off", "PagerDuty is not configured any more")
    key = await page_state.key(parts, incident, page_round)
    tell = parts.pager.acknowledge if state is PageState.ACKNOWLEDGED else parts.pager.resolve
    await tell(key)


async def _told(work: UnitOfWork, parts: Parts, run: JobRun) -> None:
    incident = await work.incidents.get(run.incident_id or 0, lock=True)
    if _is_current(run, page_state.of(incident)):
        await page_state.keep(work, parts, incident, page_state.of(incident).told())
    if not run.args["again"]:
        kind_of_entry, said = _WORDS[PageState(run.args["state"])]
        await page_state.tell_timeline(work, parts, incident, kind_of_entry, said)


async def _failed(work: UnitOfWork, parts: Parts, run: JobRun, why: str, *, last: bool) -> None:
    incident = await work.incidents.get(run.incident_id or 0, lock=True)
    if _is_current(run, page_state.of(incident)):
        await page_state.keep(work, parts, incident, page_state.of(incident).not_told(why))
    if last:
        said = f"PagerDuty does not know that the page is {run.args['state']}: {why}"
        await page_state.tell_timeline(work, parts, incident, EntryKind.PAGE_FAILED, said)


def _is_current(run: JobRun, paging: Paging) -> bool:
    """Whether the page has not moved on since."""
    return (paging.state.value, paging.round) == (run.args["state"], run.args["rounds"])
