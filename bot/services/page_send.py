"""The job that pages: repeated with the journal's backoff until PagerDuty has taken it, or it is needed no more.

A fresh incident's page waits a moment for the channel, so that it can carry its link; never longer.
"""

from datetime import datetime, timedelta
from typing import Final

from bot.services import page_fallback, page_state, page_tell
from bot.services.parts import Parts
from incidents.errors import OutsideError, PermanentError
from incidents.incident import Incident
from incidents.paging import Page, Paging, page_severity, summary_line
from incidents.timeline import EntryKind
from storage.jobs import NewJob
from storage.journal.model import JobKind
from storage.journal.run import JobRun
from storage.unit_of_work import UnitOfWork

KIND: Final = "page"
TRIES: Final = 30
"""About 25 minutes: people are called by other means long before, and a late page still helps."""
_FOR_THE_LINK: Final = timedelta(seconds=2)

_FOR_A_STRAY: Final = timedelta(minutes=1)
"""An attempt whose answer was lost may still page so long after command was taken."""


async def enqueue(work: UnitOfWork, incident: Incident, page_round: int, now: datetime) -> None:
    """Page at once where the channel is there, else as soon as it is, or in two seconds without it."""
    wait = timedelta() if incident.channel_id else _FOR_THE_LINK
    await work.jobs.add(_job(incident, page_round, f"{page_round}", now + wait), now=now)


async def hurry(work: UnitOfWork, incident: Incident, page_round: int, now: datetime) -> None:
    """Page now, if that is still to be done."""
    if await work.jobs.cancel(_key(incident, f"{page_round}")):
        await work.jobs.add(_job(incident, page_round, f"{page_round}:linked", now), now=now)


def _key(incident: Incident, name: str) -> str:
    return f"{KIND}:{incident.id}:{name}"


def _job(incident: Incident, page_round: int, name: str, run_at: datetime) -> NewJob:
    args = {"round": page_round}
    return NewJob(KIND, _key(incident, name), args, run_at=run_at, incident_id=incident.id)


def kind(parts: Parts) -> JobKind:
    """The journal's kind of job."""

    async def body(run: JobRun) -> None:
        incident = await parts.database.read(lambda work: work.incidents.get(run.incident_id or 0))
        paging, page_round = page_state.of(incident), int(run.args["round"])
        if not paging.awaits(page_round):
            return
        try:
            await _trigger(parts, incident, paging)
        except OutsideError as error:
            why, last = str(error), run.last_attempt or isinstance(error, PermanentError)
            await parts.database.write(
                lambda work: _failed(work, parts, incident.id, page_round, why, last=last)
            )
            raise
        await parts.database.write(lambda work: _sent(work, parts, incident.id, page_round))

    async def give_up(run: JobRun, _reason: str) -> None:
        """For what went wrong in Cordon itself; PagerDuty's failures are noted as they come."""
        incident_id, page_round = run.incident_id or 0, int(run.args["round"])
        why = "Cordon itself failed; its log says how"
        await parts.database.write(lambda work: _failed(work, parts, incident_id, page_round, why, last=True))

    return JobKind(KIND, body, max_attempts=TRIES, on_give_up=give_up)


async def _trigger(parts: Parts, incident: Incident, paging: Paging) -> None:
    if parts.pager is None:
        raise PermanentError("PagerDuty", "off", "PagerDuty is not configured any more")
    await parts.pager.trigger(
        _page(parts, incident, paging, await page_state.key(parts, incident, paging.round))
    )


def _page(parts: Parts, incident: Incident, paging: Paging, key: str) -> Page:
    level = parts.scheme.get(paging.severity)
    details = {"incident": incident.key, "severity": f"{paging.severity} {level.name if level else ''}"}
    if incident.summary and not incident.private:
        details["summary"] = incident.summary
    return Page(
        dedup_key=key,
        summary=summary_line(
            incident.key, incident.title, paging.severity, private=incident.private, drill=incident.drill
        ),
        severity=page_severity(level.rank if level else 0, level.urgency if level else "high"),
        link=parts.workspace.permalink(incident.channel_id) if incident.channel_id else None,
        details=details,
    )


async def _sent(work: UnitOfWork, parts: Parts, incident_id: int, page_round: int) -> None:
    incident = await work.incidents.get(incident_id, lock=True)
    paging = page_state.of(incident)
    if paging.awaits(page_round):
        await page_state.keep(work, parts, incident, paging.sent(page_round))
    elif not await page_tell.again(work, incident, paging, parts.clock.now()):
        return
    tries = f", after {paging.attempts} failed tries" if paging.attempts > 1 else ""
    said = (
        f"Paged on-call for {paging.severity}{tries or (', after a failed try' if paging.attempts else '')}"
    )
    await page_state.tell_timeline(work, parts, incident, EntryKind.PAGED, said)


async def _failed(
    work: UnitOfWork, parts: Parts, incident_id: int, page_round: int, why: str, *, last: bool
) -> None:
    incident = await work.incidents.get(incident_id, lock=True)
    paging, now = page_state.of(incident), parts.clock.now()
    limit = 1 if last else parts.organisation.paging.fallback_after_attempts
    after = paging.failed(page_round, why, limit=limit)
    if not await page_state.keep(work, parts, incident, after):
        await page_tell.again(work, incident, paging, now, wait=_FOR_A_STRAY)
    elif after.needs_fallback:
        await page_fallback.enqueue(work, parts, incident, after, now)
