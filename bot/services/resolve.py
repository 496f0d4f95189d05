"""Resolve an incident with a last telling, and reopen it when that was too early."""

from bot.services import remind, tell_audiences
from bot.services.parts import Parts
from bot.services.publish_update import keep
from incidents.errors import IllegalMoveError, NotUnderstoodError
from incidents.incident import Incident
from incidents.lifecycle import Stage
from incidents.status_update import UpdateFields, UpdateKind
from incidents.timeline import EntryKind
from storage.unit_of_work import UnitOfWork


async def resolve(
    parts: Parts, incident_id: int, fields: UpdateFields, *, by: str, delivery: str
) -> Incident:
    """Resolve an incident.

    Raises:
        NotUnderstoodError: it is not said what happened.
        IllegalMoveError: it is resolved already.
        ConfigError: the template fails.
    """
    if not fields.state.strip():
        raise NotUnderstoodError("Say what happened: /incident resolve The leak is closed, keys are rotated")

    async def commit(work: UnitOfWork) -> Incident:
        now = parts.clock.now()
        incident = await work.incidents.get(incident_id, lock=True)
        if not await work.deliveries.accept(delivery, now):
            return incident
        if not incident.status.is_open:
            raise IllegalMoveError(f"{incident.key} is resolved already. Reopen it on its card first.")
        incident = await work.incidents.change(
            incident_id, status=Stage.RESOLVED, resolved_at=now, next_update_at=None
        )
        await keep(work, parts, incident, UpdateKind.RESOLUTION, fields, by=by, now=now)
        await work.timeline.append(
            incident_id, at=now, actor=by, kind=EntryKind.RESOLVED, text=f"Resolved: {fields.state}"
        )
        await remind.enqueue(work, parts, incident, now=now)
        await parts.refresher.touch(work, incident_id)
        return incident

    return await parts.database.write(commit)


async def reopen(parts: Parts, incident_id: int, *, by: str, delivery: str) -> Incident:
    """Reopen a resolved incident.

    Raises:
        IllegalMoveError: it is open.
    """

    async def commit(work: UnitOfWork) -> Incident:
        now = parts.clock.now()
        incident = await work.incidents.get(incident_id, lock=True)
        if not await work.deliveries.accept(delivery, now):
            return incident
        if incident.status.is_open:
            raise IllegalMoveError(f"{incident.key} is open already.")
        due = parts.scheme.next_update(incident.severity, now)
        incident = await work.incidents.change(
            incident_id, status=Stage.INVESTIGATING, resolved_at=None, next_update_at=due
        )
        await work.timeline.append(incident_id, at=now, actor=by, kind=EntryKind.REOPENED, text="Reopened")
        await tell_audiences.withdraw(work, parts, incident, by=by, now=now)
        await remind.enqueue(work, parts, incident, now=now)
        await parts.refresher.touch(work, incident_id)
        return incident

    return await parts.database.write(commit)
