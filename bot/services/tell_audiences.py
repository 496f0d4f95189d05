"""Tell the audiences beside the responders: each in its own words and channel, after approval where it needs one.

What is told is kept with the telling's own transaction; the journal sends it (`send_telling.py`). A text that waits
is overtaken by the next one for the same audience. Who decides about it is `decide_update.py`.
"""

from datetime import datetime

from bot.services import ask_approval, send_telling
from bot.services.draw import APPROVAL
from bot.services.parts import Parts
from bot.views import updates
from incidents.audience import Audience, told_of, who_may_approve
from incidents.crew import crew_of
from incidents.incident import Incident
from incidents.status_update import StatusUpdate, UpdateKind, UpdateState
from incidents.timeline import EntryKind
from storage.unit_of_work import UnitOfWork


async def fan_out(
    work: UnitOfWork, parts: Parts, incident: Incident, ours: StatusUpdate, *, now: datetime
) -> None:
    """Tell the other audiences what responders are told. Of a drill they never hear."""
    if incident.drill:
        return
    if ours.kind is UpdateKind.RESOLUTION:
        await withdraw(work, parts, incident, by=ours.author, now=now)
    for audience in told_of(ours.kind, parts.organisation.audiences, private=incident.private):
        await _tell(work, parts, incident, audience, ours, now=now)


async def withdraw(
    work: UnitOfWork, parts: Parts, incident: Incident, *, by: str, now: datetime, audience: str | None = None
) -> None:
    """Whatever waits for approval is overtaken by what this person does; of one audience or of all."""
    for one in await work.updates.all(incident.id):
        if one.state is not UpdateState.WAITING or audience not in {None, one.audience}:
            continue
        await work.updates.change(one.id, state=UpdateState.SUPERSEDED, decided_by=by, decided_at=now)
        title = parts.organisation.audience_title(one.audience)
        await work.timeline.append(
            incident.id,
            at=now,
            actor=by,
            kind=EntryKind.UPDATE_DISCARDED,
            text=f"Overtaken before anybody approved it: {updates.NOTICE[one.kind].lower()} for {title}",
            details={"audience": one.audience, "update": str(one.id)},
        )
        await parts.refresher.touch(work, incident.id, APPROVAL, part=one.id)


async def _tell(
    work: UnitOfWork,
    parts: Parts,
    incident: Incident,
    audience: Audience,
    ours: StatusUpdate,
    *,
    now: datetime,
) -> None:
    await withdraw(work, parts, incident, by=ours.author, now=now, audience=audience.key)
    waits = who_may_approve(audience, ours.author, crew_of(incident)).needed
    text = updates.text(
        ours.kind,
        incident,
        ours.fields,
        author=ours.author,
        now=now,
        templates=parts.templates,
        scheme=parts.scheme,
        audience=audience,
    )
    update = await work.updates.add(
        incident.id,
        ours.kind,
        ours.author,
        now,
        ours.fields,
        text,
        audience=audience.key,
        state=UpdateState.WAITING if waits else UpdateState.SENDING,
        approved_by=ours.author if audience.approval and not waits else None,
    )
    if waits:
        await ask_approval.ask(work, incident, update, now=now)
    else:
        await send_telling.send(work, update, now=now)
