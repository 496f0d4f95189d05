"""Declare an incident: everything that must not get lost is committed at once, the rest is the journal's."""

from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict, Field

from bot.services import open_channel, page, phase_due, remind, tell_audiences, tell_declaration, unattended
from bot.services.draw import ANNOUNCEMENT, CARD, CHECKLIST, TOPIC
from bot.services.parts import Parts
from bot.views import updates
from bot.views.mrkdwn import duration
from incidents.incident import TITLE_LIMIT, Incident
from incidents.playbook import Playbook, PlaybookItem
from incidents.status_update import UpdateFields, UpdateKind
from incidents.timeline import EntryKind
from storage.checklists import NewItem, NewPhase
from storage.unit_of_work import UnitOfWork


class DeclareIncident(BaseModel):
    """An understood declaration: severity and playbook are names that exist."""

    model_config = ConfigDict(frozen=True)

    title: str = Field(min_length=1, max_length=TITLE_LIMIT)
    severity: str
    playbook: str
    summary: str = ""
    reporter: str
    origin: str | None = None
    """The channel it was declared from, if any."""
    incident_type: str | None = None
    private: bool = False
    drill: bool = False
    calls: bool = True
    """Whether people are called; only asked of a drill."""
    source: str | None = None
    """A link to what it was declared from."""


async def declare(parts: Parts, order: DeclareIncident, *, delivery: str) -> Incident | None:
    """Commit a new incident and let its channel be opened.

    Args:
        parts: what the use cases work with.
        order: what was declared.
        delivery: the key of the request, so that the same one delivered twice acts once.

    Returns:
        The incident, or None when this delivery was taken before.
    """
    playbook = parts.playbooks.get(order.playbook)
    now = parts.clock.now()

    async def commit(work: UnitOfWork) -> Incident | None:
        if not await work.deliveries.accept(delivery, now):
            return None
        incident = await _record(work, parts, order, now)
        await work.checklists.add(incident.id, new_phases(playbook))
        await _expect_messages(work, incident, playbook)
        await open_channel.enqueue(work, incident, origin=order.origin, now=now)
        await phase_due.enqueue(work, incident, playbook, now=now)
        await remind.enqueue(work, parts, incident, now=now, first=True)
        await unattended.enqueue(work, parts, incident, now=now, first=True)
        await page.want(work, parts, incident, now, drill_too=incident.calls)
        await tell_declaration.enqueue(work, parts, incident, incident.severity, now=now)
        return incident

    return await parts.database.write(commit)


async def _record(work: UnitOfWork, parts: Parts, order: DeclareIncident, now: datetime) -> Incident:
    incident = await work.incidents.add(
        title=order.title,
        summary=order.summary,
        severity=order.severity,
        playbook=order.playbook,
        reporter=order.reporter,
        declared_at=now,
        next_update_at=parts.scheme.next_update(order.severity, now),
        incident_type=order.incident_type,
        private=order.private,
        drill=order.drill,
        calls=order.calls or not order.drill,
        source=order.source,
    )
    sort = f"{'private ' if incident.private else ''}{'drill ' if incident.drill else ''}"
    said = f"Declared {sort}{incident.severity}: {incident.title}"
    await work.timeline.append(incident.id, at=now, actor=order.reporter, kind=EntryKind.DECLARED, text=said)
    fields = UpdateFields(state=order.summary)
    text = updates.text(
        UpdateKind.INITIAL,
        incident,
        fields,
        author=order.reporter,
        now=now,
        templates=parts.templates,
        scheme=parts.scheme,
    )
    ours = await work.updates.add(
        incident.id, kind=UpdateKind.INITIAL, author=order.reporter, at=now, fields=fields, text=text
    )
    await tell_audiences.fan_out(work, parts, incident, ours, now=now)
    return incident


async def _expect_messages(work: UnitOfWork, incident: Incident, playbook: Playbook) -> None:
    kinds = (CARD, TOPIC) if incident.private else (ANNOUNCEMENT, CARD, TOPIC)
    phases = [(CHECKLIST, position) for position in range(len(playbook.phases))]
    await work.messages.expect_all(incident.id, [*((kind, 0) for kind in kinds), *phases])


def new_phases(playbook: Playbook) -> list[NewPhase]:
    """The playbook's phases as a fresh checklist."""
    return [
        NewPhase(
            title=phase.title,
            starts_minute=phase.starts_minute,
            ends_minute=phase.ends_minute,
            items=[
                NewItem(text=_text(item), detail=_detail(item), action=item.action) for item in phase.items
            ],
        )
        for phase in playbook.phases
    ]


def _text(item: PlaybookItem) -> str:
    """What is to be done, with the condition under which it is."""
    if not item.when:
        return item.text
    first, rest = item.when[0], item.when[1:]
    return f"{item.text} ({first.lower() if rest[:1].islower() or rest[:1] == ' ' else first}{rest})"


def _detail(item: PlaybookItem) -> str:
    """How it is done, who does it, and what it leaves behind."""
    due = f"Due within {duration(timedelta(minutes=item.due_minutes))}" if item.due_minutes else ""
    said = [item.detail, f"Role: {item.role}" if item.role else "", due]
    return "\n".join([part for part in [*said, f"Leaves: {item.artefact}" if item.artefact else ""] if part])
