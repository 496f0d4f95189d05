"""Take a role, give it to somebody, hand it over with a note, leave it. The commander is the holder of that role."""

from datetime import datetime

from bot.services import notice, page, role_told, unattended
from bot.services.changing import change_incident
from bot.services.parts import Parts
from bot.views import mrkdwn
from incidents import crew as rules
from incidents.crew import Crew, crew_of
from incidents.errors import IllegalMoveError, NotFoundError
from incidents.incident import Incident
from incidents.lifecycle import Stage
from incidents.roles import Role
from incidents.timeline import EntryKind
from storage.unit_of_work import UnitOfWork


async def take(
    parts: Parts, incident_id: int, role: Role, *, by: str, delivery: str, replacing: str | None = None
) -> Incident:
    """Take a role for oneself.

    Raises:
        ConflictError: somebody else holds it than the one to be replaced.
        IllegalMoveError: the incident is over.
    """

    async def change(work: UnitOfWork, incident: Incident, now: datetime) -> Incident:
        crew = rules.take(_open_crew(incident), role, by, at=now, replacing=replacing)
        instead = f" in place of {replacing}" if replacing else ""
        text = f"{role.about.title}: taken{instead}"
        return await _keep(
            work,
            parts,
            incident,
            crew,
            kind=EntryKind.ROLE_TAKEN,
            text=text,
            role=role,
            to=by,
            by=by,
            now=now,
        )

    return await change_incident(parts, incident_id, change, delivery=delivery)


async def give(
    parts: Parts,
    incident_id: int,
    role: Role,
    to: str,
    note: str = "",
    *,
    by: str,
    delivery: str,
    replacing: str | None = None,
) -> Incident:
    """Give a role to somebody; by its holder it is a hand-over.

    Raises:
        NotFoundError: the person's account is deactivated.
        ConflictError: somebody else holds it than the one to be replaced.
        IllegalMoveError: the incident is over.
    """
    if (await parts.workspace.account(to)).is_deactivated:
        raise NotFoundError("That account is deactivated. Name somebody who can act.")
    note = " ".join(note.split())[: rules.NOTE_LIMIT]

    async def change(work: UnitOfWork, incident: Incident, now: datetime) -> Incident:
        crew = _open_crew(incident)
        hands_over = role in crew.roles_of(by) and to != by and replacing is None and not role.about.several
        if hands_over:
            given = rules.hand_over(crew, role, giver=by, to=to, note=note, at=now)
        else:
            given = rules.assign(crew, role, to, by=by, at=now, replacing=replacing)
        kind = EntryKind.ROLE_HANDED_OVER if hands_over else EntryKind.ROLE_GIVEN
        words = f"{role.about.title}: {'handed over' if hands_over else 'given'} to {to}" + (
            f": {note}" if note else ""
        )
        return await _keep(
            work, parts, incident, given, kind=kind, text=words, role=role, to=to, by=by, now=now, note=note
        )

    return await change_incident(parts, incident_id, change, delivery=delivery)


async def leave(parts: Parts, incident_id: int, role: Role, *, by: str, delivery: str) -> Incident:
    """Leave a role.

    Raises:
        IllegalMoveError: they don't hold it, or the incident is over.
        ConflictError: they don't, and somebody else does.
    """

    async def change(work: UnitOfWork, incident: Incident, now: datetime) -> Incident:
        crew = rules.leave(_open_crew(incident), role, by)
        text = f"{role.about.title}: left"
        changed = await _keep(
            work,
            parts,
            incident,
            crew,
            kind=EntryKind.ROLE_LEFT,
            text=text,
            role=role,
            to=None,
            by=by,
            now=now,
        )
        said = f"👋 {mrkdwn.user(by)} is no longer *{role.about.title.lower()}*."
        if role is Role.COMMANDER:
            said += f" {incident.key} has no commander: somebody, please take command."
        await notice.enqueue(work, incident_id, f"left:{delivery}", said, now=now)
        return changed

    return await change_incident(parts, incident_id, change, delivery=delivery)


def _open_crew(incident: Incident) -> Crew:
    if incident.status.is_over:
        raise IllegalMoveError(
            f"{incident.key} is {incident.status.words}. Reopen it first; roles end with it."
        )
    return crew_of(incident)


async def _keep(
    work: UnitOfWork,
    parts: Parts,
    incident: Incident,
    crew: Crew,
    *,
    kind: EntryKind,
    text: str,
    role: Role,
    to: str | None,
    by: str,
    now: datetime,
    note: str = "",
) -> Incident:
    """Write a crew that differs, tell its new member, and let the commander follow."""
    if crew == crew_of(incident):
        return incident
    details = {"role": role.value, **({"to": to} if to else {}), **({"note": note} if note else {})}
    entry = await work.timeline.append(incident.id, at=now, actor=by, kind=kind, text=text, details=details)
    changes: dict[str, object] = {"crew": crew.model_dump(mode="json"), "commander": crew.commander}
    if crew.commander and incident.acknowledged_at is None:
        changes["acknowledged_at"] = now
    if crew.commander and incident.status is Stage.DECLARED:
        changes["status"] = Stage.INVESTIGATING
    changed = await work.incidents.change(incident.id, **changes)
    if changed.commander != incident.commander:
        await unattended.enqueue(work, parts, changed, now=now)
        if changed.commander:
            await page.taken(work, parts, changed, now)
    if to is not None:
        await role_told.enqueue(work, incident.id, entry.seq, role, to, by=by, note=note, now=now)
    return changed
