"""Resolve an incident with a last telling, and reopen it when that was too early."""

from datetime import datetime

from bot.services import (
    archive_channel,
    drill,
    gates,
    over,
    remind,
    reopened,
    retrospective,
    tell_audiences,
    unattended,
)
from bot.services.changing import change_incident
from bot.services.parts import Parts
from bot.services.publish_update import keep
from incidents.errors import NotUnderstoodError
from incidents.incident import Incident
from incidents.lifecycle import GateKind, Stage
from incidents.status_update import UpdateFields, UpdateKind
from incidents.timeline import EntryKind
from storage.unit_of_work import UnitOfWork


async def resolve(
    parts: Parts, incident_id: int, fields: UpdateFields, *, by: str, delivery: str, containment: str = ""
) -> Incident:
    """Resolve an incident.

    Args:
        parts: what the use cases work with.
        incident_id: which.
        fields: what is told.
        by: who resolves.
        delivery: the key of the request.
        containment: what shows that it is contained, where that was not verified before.

    Raises:
        NotUnderstoodError: it is not said what happened.
        IllegalMoveError: it is over already, or containment is neither verified nor waived.
        ConfigError: the template fails.
    """
    if not fields.state.strip():
        raise NotUnderstoodError("Say what happened: /incident resolve The leak is closed, keys are rotated")
    proof = gates.read_proof(GateKind.CONTAINMENT, containment) if containment.strip() else ""

    async def change(work: UnitOfWork, incident: Incident, now: datetime) -> Incident:
        if proof:
            incident = await gates.fulfil(work, incident, GateKind.CONTAINMENT, proof, by=by, now=now)
        gates.check(parts, incident, Stage.RESOLVED)
        contained = incident.contained_at or (now if gates.facts(incident).containment_verified else None)
        incident = await work.incidents.change(
            incident_id, status=Stage.RESOLVED, contained_at=contained, **over.columns(now)
        )
        await keep(work, parts, incident, UpdateKind.RESOLUTION, fields, by=by, now=now)
        await work.timeline.append(
            incident_id, at=now, actor=by, kind=EntryKind.RESOLVED, text=f"Resolved: {fields.state}"
        )
        await over.settle(work, parts, incident, now=now)
        await retrospective.enqueue(work, parts, incident, now=now)
        if incident.drill:
            await drill.tell_score(work, parts, incident, by=by, now=now)
        return incident

    return await change_incident(parts, incident_id, change, delivery=delivery)


async def reopen(parts: Parts, incident_id: int, *, by: str, delivery: str) -> Incident:
    """Reopen an incident that is over; containment has to be verified anew.

    Raises:
        IllegalMoveError: it is open, or was merged.
    """

    async def change(work: UnitOfWork, incident: Incident, now: datetime) -> Incident:
        gates.check(parts, incident, Stage.INVESTIGATING)
        was = incident
        incident = await work.incidents.change(
            incident_id,
            status=Stage.INVESTIGATING,
            resolved_at=None,
            closed_at=None,
            contained_at=None,
            archived_at=None,
            gates=gates.uncontained(incident).model_dump(mode="json"),
            next_update_at=parts.scheme.next_update(incident.severity, now),
        )
        await work.timeline.append(incident_id, at=now, actor=by, kind=EntryKind.REOPENED, text="Reopened")
        await archive_channel.take_back(work, incident)
        await retrospective.take_back(work, incident)
        await reopened.enqueue(work, was, by=by, now=now)
        await tell_audiences.withdraw(work, parts, incident, by=by, now=now)
        await remind.enqueue(work, parts, incident, now=now)
        await unattended.enqueue(work, parts, incident, now=now)
        return incident

    return await change_incident(parts, incident_id, change, delivery=delivery)
