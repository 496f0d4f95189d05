"""Drills: scored when they are resolved or ended, and cleaned up with one command."""

from datetime import datetime

from bot.services import access, archive_channel, notice, over, tell_audiences
from bot.services.changing import change_incident
from bot.services.parts import Parts
from bot.views import mrkdwn
from incidents.checklist import ItemState
from incidents.drill_score import DrillFacts, DrillScore, score, targets_of
from incidents.errors import IllegalMoveError, NotFoundError
from incidents.incident import Incident
from incidents.lifecycle import Stage
from incidents.playbook import PlaybookPhase
from incidents.severity import SeverityLevel
from incidents.status_update import UpdateKind
from incidents.timeline import EntryKind
from storage.unit_of_work import UnitOfWork


async def tell_score(
    work: UnitOfWork, parts: Parts, incident: Incident, *, by: str, now: datetime
) -> DrillScore:
    """Score a drill that has just been resolved, within that transaction: into the timeline and the channel."""
    found = score(await _facts(work, incident), targets_of(_level(parts, incident), _phases(parts, incident)))
    summary, *lines = found.words
    details = {f"line {number}": line for number, line in enumerate(lines, start=1)}
    entry = await work.timeline.append(
        incident.id, at=now, actor=by, kind=EntryKind.DRILL_SCORED, text=f"Drill: {summary}", details=details
    )
    said = "\n".join(
        [f"*How the drill went: {mrkdwn.escape(summary)}*", *(f"• {mrkdwn.escape(line)}" for line in lines)]
    )
    await notice.enqueue(work, incident.id, f"score:{entry.seq}", said, now=now)
    return found


async def end(
    parts: Parts, incident_id: int, *, by: str, delivery: str, archive_now: bool = False
) -> Incident:
    """End a drill as it stands, with its score; its channel is archived at once or after the usual wait.

    Raises:
        IllegalMoveError: it is no drill.
    """

    async def change(work: UnitOfWork, incident: Incident, now: datetime) -> Incident:
        if not incident.drill:
            raise IllegalMoveError(
                f"{incident.key} is no drill. Resolve it, or cancel it as a false positive."
            )
        if incident.status.is_open:
            await work.incidents.change(incident_id, status=Stage.RESOLVED, **over.columns(now))
            incident = await work.incidents.get(incident_id)
            await over.settle(work, parts, incident, now=now)
            await tell_audiences.withdraw(work, parts, incident, by=by, now=now)
            await tell_score(work, parts, incident, by=by, now=now)
        if incident.status is Stage.RESOLVED:
            await work.timeline.append(
                incident_id, at=now, actor=by, kind=EntryKind.CLOSED, text="Ended the drill"
            )
            incident = await work.incidents.change(incident_id, status=Stage.CLOSED, closed_at=now)
        await archive_channel.enqueue(work, parts, incident, now=now, at_once=archive_now)
        return incident

    return await change_incident(parts, incident_id, change, delivery=delivery)


async def clean_up(parts: Parts, *, by: str, delivery: str) -> list[Incident]:
    """End every drill that this person may know of, and archive its channel."""
    found = await parts.database.read(lambda work: work.incidents.drills())
    drills = await access.known_to(parts, found, user=by)
    return [
        await end(parts, one.id, by=by, delivery=f"{delivery}:{one.id}", archive_now=True) for one in drills
    ]


async def _facts(work: UnitOfWork, incident: Incident) -> DrillFacts:
    items = [item for phase in await work.checklists.phases(incident.id) for item in phase.items]
    told = [one.at for one in await work.updates.all(incident.id) if one.kind is UpdateKind.UPDATE]
    states = [item.state for item in items]
    return DrillFacts(
        declared_at=incident.declared_at,
        acknowledged_at=incident.acknowledged_at,
        contained_at=incident.contained_at,
        first_update_at=min(told, default=None),
        resolved_at=incident.resolved_at,
        done=states.count(ItemState.DONE),
        skipped=states.count(ItemState.SKIPPED),
        left=states.count(ItemState.OPEN),
    )


def _level(parts: Parts, incident: Incident) -> SeverityLevel:
    return parts.scheme.get(incident.severity) or parts.scheme.levels[-1]


def _phases(parts: Parts, incident: Incident) -> tuple[PlaybookPhase, ...]:
    try:
        return parts.playbooks.get(incident.playbook).phases
    except NotFoundError:
        return ()
