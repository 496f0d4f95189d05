"""What pages, acknowledges and resolves: one line in the use cases that declare, raise, take command or end.

Everything is committed with the use case that calls, and done by jobs behind it, so that PagerDuty never delays
anybody. Lowering the severity and reopening page nobody; a page once wanted is sent even if it is lowered meanwhile.
"""

from datetime import datetime

from bot.services import page_overdue, page_send, page_state, page_tell
from bot.services.parts import Parts
from incidents.incident import Incident
from incidents.paging import PageState, Paging
from incidents.severity_presets import pages_on_change
from storage.unit_of_work import UnitOfWork


async def want(
    work: UnitOfWork, parts: Parts, incident: Incident, now: datetime, *, drill_too: bool = False
) -> None:
    """Page for an incident that was just declared, if its severity says so; for a drill only when told to."""
    level = parts.scheme.get(incident.severity)
    if level and level.page and (drill_too or not incident.drill):
        await _page(work, parts, incident, now)


async def raised(work: UnitOfWork, parts: Parts, incident: Incident, before: str, now: datetime) -> None:
    """Page afresh where a change of severity pages; a drill only if it has paged before.

    Args:
        work: the transaction of the change.
        parts: what the use cases work with.
        incident: as it is after the change.
        before: the key of the severity that it had.
        now: the time.
    """
    old, new = parts.scheme.get(before), parts.scheme.get(incident.severity)
    quiet_drill = incident.drill and page_state.of(incident).state is PageState.NOT_PAGED
    if new and (pages_on_change(old, new) if old else new.page) and not quiet_drill:
        await _page(work, parts, incident, now)


async def loudly(work: UnitOfWork, parts: Parts, incident: Incident, now: datetime) -> None:
    """Page afresh, whatever the severity says, because something happened that must wake people; never for a drill."""
    if not incident.drill:
        await _page(work, parts, incident, now)


async def channel_opened(work: UnitOfWork, incident: Incident, now: datetime) -> None:
    """Let a page that waits for the channel's link go; called with the incident before or after it has one."""
    paging = page_state.of(incident)
    if paging.is_due:
        await page_send.hurry(work, incident, paging.round, now)


async def taken(work: UnitOfWork, parts: Parts, incident: Incident, now: datetime) -> None:
    """Acknowledge: somebody took command."""
    await _settle(work, parts, incident, page_state.of(incident).acknowledged(), now)


async def over(work: UnitOfWork, parts: Parts, incident: Incident, now: datetime) -> None:
    """Resolve every page of an incident that has ended, however it ended."""
    await _settle(work, parts, incident, page_state.of(incident).resolved(), now)


async def _page(work: UnitOfWork, parts: Parts, incident: Incident, now: datetime) -> None:
    if parts.pager is None:
        return
    paging = page_state.of(incident).wanted(incident.severity)
    await work.incidents.change(incident.id, page=paging.model_dump(mode="json"))  # the callers show it
    await page_send.enqueue(work, incident, paging.round, now)
    await page_overdue.enqueue(work, parts, incident, paging.round, now)


async def _settle(work: UnitOfWork, parts: Parts, incident: Incident, paging: Paging, now: datetime) -> None:
    if await page_state.keep(work, parts, incident, paging):
        await page_tell.enqueue(work, incident, paging, now)
