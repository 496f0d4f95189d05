"""The job that calls people in Slack where PagerDuty can't be reached: once a round, loudly, by name.

Into the incident's channel; while there is none, into the common one, but never of a private incident.
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bot.services import page_state
from bot.services.channel_people import references
from bot.services.parts import Parts
from bot.services.post_once import post_once
from bot.views import answers, page
from incidents.errors import OutageError, OutsideError, PermanentError
from incidents.incident import Incident
from incidents.paging import Paging
from incidents.timeline import EntryKind
from storage.jobs import NewJob
from storage.journal.model import JobKind
from storage.journal.run import JobRun
from storage.unit_of_work import UnitOfWork

KIND: Final = "page_fallback"
_log = logging.getLogger(__name__)


async def enqueue(work: UnitOfWork, parts: Parts, incident: Incident, paging: Paging, now: datetime) -> None:
    """Have people called for the round that was given up."""
    said = f"On-call could not be paged for {paging.severity}: {paging.problem}"
    await page_state.tell_timeline(work, parts, incident, EntryKind.PAGE_FAILED, said)
    name = f"{KIND}:{incident.id}:{paging.round}"
    await work.jobs.add(NewJob(KIND, name, {"round": paging.round}, incident_id=incident.id), now=now)


def kind(parts: Parts) -> JobKind:
    """The journal's kind of job."""

    async def body(run: JobRun) -> None:
        incident = await parts.database.read(lambda work: work.incidents.get(run.incident_id or 0))
        paging = page_state.of(incident)
        if paging.round == run.args["round"] and paging.needs_fallback:
            await _call(parts, run, incident, paging)

    async def give_up(run: JobRun, _reason: str) -> None:
        incident = await parts.database.read(lambda work: work.incidents.get(run.incident_id or 0))
        said = f"{incident.key}: on-call could not be paged, nor called in Slack. Call them by phone."
        await parts.workspace.tell(incident.reporter, answers.say(said))

    return JobKind(KIND, body, on_give_up=give_up)


async def _call(parts: Parts, run: JobRun, incident: Incident, paging: Paging) -> None:
    where = await run.step("where", lambda: _where(parts, incident))
    users = await _people(parts, incident)
    if where == incident.channel_id:
        await _bring_in(parts, where, users)
    await post_once(parts, run, where, page.call_by_phone(incident, paging, users), "fallback")


async def _where(parts: Parts, incident: Incident) -> str:
    """The channel to call people in.

    Raises:
        TemporaryError: there is none yet.
    """
    common = None if incident.private else parts.organisation.channels.incidents
    found = incident.channel_id or (common and await parts.workspace.channel_id(common))
    if not found:
        raise OutageError("Slack", "no_channel", "there is no channel yet to call people in")
    return found


async def _people(parts: Parts, incident: Incident) -> Sequence[str]:
    """Those to call; who leads or declared where nobody else is known."""
    wanted = parts.organisation.paging.fallback or references(parts, incident)
    try:
        users, _ = await parts.workspace.people(wanted)
    except PermanentError as error:
        _log.warning("The people to call for %s can't be looked up: %s", incident.key, error)
        users = []
    return users or [incident.commander or incident.reporter]


async def _bring_in(parts: Parts, channel: str, users: Sequence[str]) -> None:
    """Invite them, since Slack tells nobody of a mention in a channel that they are not in."""
    try:
        await parts.workspace.invite(channel, users)
    except OutsideError as error:
        _log.warning("The people to call can't be invited: %s", error)
