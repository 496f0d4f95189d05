"""Change an incident's severity: its cadence, its people and its card follow at once.

Raising keeps the earlier of the two times at which an update is due; lowering counts anew from now. The
people of a severity that is left stay in the channel: nobody is thrown out of a room.
"""

import asyncio
from datetime import datetime
from typing import Final

from bot.services import channel_people, page, remind, tell_declaration, unattended
from bot.services.draw import ANNOUNCEMENT, CARD, TOPIC
from bot.services.parts import Parts
from bot.services.post_once import post_once, say_once
from bot.views import answers
from incidents.errors import IllegalMoveError, OutageError
from incidents.incident import Incident
from incidents.severity import SeverityLevel
from incidents.timeline import EntryKind
from storage.jobs import NewJob
from storage.journal.model import JobKind
from storage.journal.run import JobRun
from storage.unit_of_work import UnitOfWork

KIND: Final = "severity_changed"
REASON_LIMIT: Final = 300


async def change_severity(
    parts: Parts, incident_id: int, level: SeverityLevel, reason: str, *, by: str, delivery: str
) -> Incident:
    """Give an incident another severity.

    Raises:
        NotFoundError: there is no such incident.
        IllegalMoveError: it is over, or has this severity already.
    """

    async def commit(work: UnitOfWork) -> Incident:
        now = parts.clock.now()
        incident = await work.incidents.get(incident_id, lock=True)
        if not await work.deliveries.accept(delivery, now):
            return incident
        _check(incident, level)
        before = incident.severity
        incident = await work.incidents.change(
            incident_id, severity=level.key, next_update_at=_next_update(parts, incident, level, now)
        )
        because = f" ({reason})" if reason else ""
        entry = await work.timeline.append(
            incident_id,
            at=now,
            actor=by,
            kind=EntryKind.SEVERITY_CHANGED,
            text=f"Severity {before} → {level.key}{because}",
            details={"from": before, "to": level.key},
        )
        await remind.enqueue(work, parts, incident, now=now)
        await unattended.enqueue(work, parts, incident, now=now)
        await page.raised(work, parts, incident, before, now)
        if level.key < before:
            await tell_declaration.enqueue(work, parts, incident, level.key, now=now)
        told = {"from": before, "to": level.key, "reason": reason, "by": by}
        job = NewJob(KIND, f"{KIND}:{incident_id}:{entry.seq}", told, incident_id=incident_id)
        await work.jobs.add(job, now=now)
        await parts.refresher.touch(work, incident_id, CARD, ANNOUNCEMENT, TOPIC)
        return incident

    return await parts.database.write(commit)


def kind(parts: Parts) -> JobKind:
    """The journal's kind of job: tell the channel, and bring the new severity's people in."""

    async def body(run: JobRun) -> None:
        incident = await parts.database.read(lambda work: work.incidents.get(run.incident_id or 0))
        if incident.channel_id is None:
            raise OutageError("Slack", "no_channel", "the incident's channel is not open yet")
        message = answers.severity_changed(incident, run.args)
        await post_once(parts, run, incident.channel_id, message, "notice")
        people = asyncio.create_task(channel_people.wanted(parts, incident))
        lacking = await channel_people.invite(parts, run, incident, people)
        if lacking:
            await say_once(parts, run, incident, lacking)

    return JobKind(KIND, body)


def refuse_when_over(incident: Incident) -> None:
    """An incident that is over keeps its severity.

    Raises:
        IllegalMoveError: it is over.
    """
    if not incident.status.is_open:
        raise IllegalMoveError(f"{incident.key} is {incident.status.words}. Reopen it on its card first.")


def _check(incident: Incident, level: SeverityLevel) -> None:
    refuse_when_over(incident)
    if incident.severity == level.key:
        raise IllegalMoveError(f"{incident.key} is {level.key} already.")


def _next_update(parts: Parts, incident: Incident, level: SeverityLevel, now: datetime) -> datetime | None:
    """When the next status update is due under the new cadence."""
    due = parts.scheme.next_update(level.key, now)
    before = parts.scheme.get(incident.severity)
    raised = before is None or level.rank < before.rank
    return min(due, incident.next_update_at) if due and raised and incident.next_update_at else due
