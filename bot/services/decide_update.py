"""Approve, change or discard a text that waits. Each press counts once, and for the words that were seen only."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from bot.services import send_telling
from bot.services.draw import APPROVAL
from bot.services.parts import Parts
from bot.services.permit import record_refusal
from bot.views import approval, updates
from incidents.audience import Audience, check_approver
from incidents.crew import crew_of
from incidents.errors import ConflictError, IllegalMoveError, NotFoundError
from incidents.incident import Incident
from incidents.rights import Right
from incidents.status_update import StatusUpdate, UpdateFields, UpdateState
from incidents.timeline import EntryKind
from storage.unit_of_work import UnitOfWork

Act = Callable[[UnitOfWork, Incident, StatusUpdate, Audience, datetime], Awaitable[None]]


async def approve(
    parts: Parts, incident: Incident, update_id: int, seen: str, *, by: str, delivery: str
) -> None:
    """Let the text go out.

    Args:
        parts: what the use cases work with.
        incident: whose text it is.
        update_id: the text's number.
        seen: the seal of the words that the person saw.
        by: who approves.
        delivery: the key of the press.

    Raises:
        IllegalMoveError: they hold none of the approving roles; says who does, and stands in the record.
        ConflictError: it waits no more, or its words have changed; says what happened.
        NotFoundError: there is no such text.
    """

    async def act(
        work: UnitOfWork, now_: Incident, update: StatusUpdate, audience: Audience, now: datetime
    ) -> None:
        check_approver(approval.escaped(audience), by, crew_of(now_))
        if approval.seal(update) != seen:
            raise ConflictError("The text was changed since you saw it. Read it again, then press once more.")
        update = await work.updates.change(
            update.id, state=UpdateState.SENDING, approved_by=by, decided_by=by, decided_at=now
        )
        await _record(work, EntryKind.UPDATE_APPROVED, "approved", update, audience, by=by, now=now)
        await send_telling.send(work, update, now=now)

    await _decide(parts, incident, update_id, act, by=by, delivery=delivery)


async def discard(parts: Parts, incident: Incident, update_id: int, *, by: str, delivery: str) -> None:
    """Let the text not go out; its author may, and whoever may approve it. Raises as `approve` does."""

    async def act(
        work: UnitOfWork, now_: Incident, update: StatusUpdate, audience: Audience, now: datetime
    ) -> None:
        if by != update.author:
            check_approver(approval.escaped(audience), by, crew_of(now_))
        update = await work.updates.change(
            update.id, state=UpdateState.DISCARDED, decided_by=by, decided_at=now
        )
        await _record(work, EntryKind.UPDATE_DISCARDED, "discarded", update, audience, by=by, now=now)

    await _decide(parts, incident, update_id, act, by=by, delivery=delivery)


async def edit(
    parts: Parts, incident: Incident, update_id: int, fields: UpdateFields, *, by: str, delivery: str
) -> None:
    """Write the text anew from these fields. It goes on waiting.

    Raises:
        ConflictError: it waits no more; says what happened.
        NotFoundError: there is no such text.
    """

    async def act(
        work: UnitOfWork, now_: Incident, update: StatusUpdate, audience: Audience, now: datetime
    ) -> None:
        text = updates.text(
            update.kind,
            now_,
            fields,
            author=update.author,
            now=now,
            templates=parts.templates,
            scheme=parts.scheme,
            audience=audience,
        )
        update = await work.updates.change(update.id, fields=fields.model_dump(), text=text)
        await _record(work, EntryKind.UPDATE_EDITED, "changed", update, audience, by=by, now=now)

    await _decide(parts, incident, update_id, act, by=by, delivery=delivery)


async def waiting(parts: Parts, incident: Incident, update_id: int) -> tuple[StatusUpdate, Audience]:
    """A text that waits, to fill a form with; raises as `edit` does."""
    return await parts.database.read(lambda work: _waiting(work, parts, incident.id, update_id))


async def _decide(
    parts: Parts, incident: Incident, update_id: int, act: Act, *, by: str, delivery: str
) -> None:
    async def commit(work: UnitOfWork) -> None:
        now = parts.clock.now()
        current = await work.incidents.get(incident.id, lock=True)
        if not await work.deliveries.accept(delivery, now):
            return
        update, audience = await _waiting(work, parts, incident.id, update_id)
        await act(work, current, update, audience, now)
        await parts.refresher.touch(work, incident.id, APPROVAL, part=update_id)

    try:
        await parts.database.write(commit)
    except IllegalMoveError:
        await record_refusal(parts, Right.APPROVE_UPDATE, by, incident)
        raise


async def _waiting(
    work: UnitOfWork, parts: Parts, incident_id: int, update_id: int
) -> tuple[StatusUpdate, Audience]:
    update = await work.updates.get(update_id)
    if update.incident_id != incident_id:
        raise NotFoundError("There is no such status update.")
    if update.state is not UpdateState.WAITING:
        raise ConflictError(f"This text waits no more. {approval.outcome(update)}. Nothing was changed.")
    audience = parts.organisation.audience(update.audience)
    if audience is None:
        raise NotFoundError(
            f"cordon.yaml has no audience {update.audience} any more, so nobody can be told this."
        )
    return update, audience


async def _record(
    work: UnitOfWork,
    kind: EntryKind,
    done: str,
    update: StatusUpdate,
    audience: Audience,
    *,
    by: str,
    now: datetime,
) -> None:
    await work.timeline.append(
        update.incident_id,
        at=now,
        actor=by,
        kind=kind,
        text=f"{updates.NOTICE[update.kind]} for {audience.title} {done}",
        details={"audience": update.audience, "update": str(update.id)},
    )
