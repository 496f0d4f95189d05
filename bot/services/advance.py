"""Move an incident along its life: containment verified, recovering, back to investigating, closed, cancelled.

Resolving has words of its own and stands in `resolve.py`; merging concerns two incidents and stands in `merge.py`.
"""

from collections.abc import Mapping
from datetime import datetime

from bot.services import archive_channel, gates, notice, over
from bot.services.changing import change_incident
from bot.services.parts import Parts
from bot.views import mrkdwn, wording
from incidents.errors import NotUnderstoodError
from incidents.incident import Incident
from incidents.lifecycle import REASON_LIMIT, GateKind, Stage
from incidents.timeline import EntryKind
from storage.unit_of_work import UnitOfWork


async def verify_containment(
    parts: Parts, incident_id: int, words: str, *, by: str, delivery: str
) -> Incident:
    """Keep what shows that it is contained; an incident not contained before is from now on.

    Raises:
        NotUnderstoodError: nothing is said.
        IllegalMoveError: it is over.
    """
    proof = gates.read_proof(GateKind.CONTAINMENT, words)

    async def change(work: UnitOfWork, incident: Incident, now: datetime) -> Incident:
        moves = incident.status in {Stage.DECLARED, Stage.INVESTIGATING}
        if moves or incident.status.is_over:
            gates.check(parts, incident, Stage.CONTAINED)
        changed = await gates.fulfil(work, incident, GateKind.CONTAINMENT, proof, by=by, now=now)
        if moves:
            changed = await _to(
                work, changed, Stage.CONTAINED, proof, by=by, now=now, columns={"contained_at": now}
            )
        said = f"🧯 *Containment verified* by {mrkdwn.user(by)}: {mrkdwn.escape(proof)}"
        await notice.enqueue(work, incident_id, f"verify:{delivery}", said, now=now)
        return changed

    return await change_incident(parts, incident_id, change, delivery=delivery)


async def move(
    parts: Parts, incident_id: int, to: Stage, words: str = "", *, by: str, delivery: str
) -> Incident:
    """Move an open incident to RECOVERING, or back to INVESTIGATING, where containment must be verified anew.

    Raises:
        IllegalMoveError: there is no such move.
    """

    async def change(work: UnitOfWork, incident: Incident, now: datetime) -> Incident:
        gates.check(parts, incident, to)
        more: dict[str, object] = {}
        if to is Stage.INVESTIGATING:
            more = {"gates": gates.uncontained(incident).model_dump(mode="json"), "contained_at": None}
        changed = await _to(work, incident, to, words, by=by, now=now, columns=more)
        because = f": {mrkdwn.escape(words)}" if words else ""
        said = f"{wording.status(changed)} · {mrkdwn.user(by)}{because}"
        await notice.enqueue(work, incident_id, f"stage:{delivery}", said, now=now)
        return changed

    return await change_incident(parts, incident_id, change, delivery=delivery)


async def close(
    parts: Parts,
    incident_id: int,
    *,
    by: str,
    delivery: str,
    postmortem: str = "",
    regression: str = "",
) -> Incident:
    """Close a resolved incident; links given here fulfil their gates. Its channel is archived later.

    Raises:
        NotUnderstoodError: a link is none.
        IllegalMoveError: it is not resolved, or a gate is neither fulfilled nor waived.
    """
    proofs = {
        gate: gates.read_proof(gate, words)
        for gate, words in ((GateKind.POSTMORTEM, postmortem), (GateKind.REGRESSION, regression))
        if words.strip()
    }

    async def change(work: UnitOfWork, incident: Incident, now: datetime) -> Incident:
        for gate, proof in proofs.items():
            incident = await gates.fulfil(work, incident, gate, proof, by=by, now=now)
        gates.check(parts, incident, Stage.CLOSED)
        waived = gates.facts(incident).waived
        changed = await _to(
            work,
            incident,
            Stage.CLOSED,
            "; ".join(waived),
            by=by,
            now=now,
            columns={"closed_at": now},
            kind=EntryKind.CLOSED,
        )
        due = await archive_channel.enqueue(work, parts, changed, now=now)
        await notice.enqueue(work, incident_id, f"closed:{delivery}", _closed(by, waived, due), now=now)
        return changed

    return await change_incident(parts, incident_id, change, delivery=delivery)


async def cancel(parts: Parts, incident_id: int, reason: str, *, by: str, delivery: str) -> Incident:
    """End an incident that was none.

    Raises:
        NotUnderstoodError: no reason is given.
        IllegalMoveError: it is over.
    """
    reason = " ".join(reason.split())
    if not 0 < len(reason) <= REASON_LIMIT:
        raise NotUnderstoodError(
            f"Say why it was a false positive, in at most {REASON_LIMIT} characters:"
            " /incident cancel The alert fired on test traffic"
        )

    async def change(work: UnitOfWork, incident: Incident, now: datetime) -> Incident:
        gates.check(parts, incident, Stage.CANCELLED)
        changed = await _to(
            work,
            incident,
            Stage.CANCELLED,
            reason,
            by=by,
            now=now,
            kind=EntryKind.CANCELLED,
            columns=over.columns(now),
        )
        await over.settle(work, parts, changed, now=now)
        await archive_channel.enqueue(work, parts, changed, now=now)
        said = f"⚪ *Cancelled as a false positive* by {mrkdwn.user(by)}: {mrkdwn.escape(reason)}"
        await notice.enqueue(work, incident_id, f"cancel:{delivery}", said, now=now)
        return changed

    return await change_incident(parts, incident_id, change, delivery=delivery)


def _closed(by: str, waived: tuple[str, ...], archived: datetime) -> str:
    lines = [f"📁 *Closed* by {mrkdwn.user(by)}. This channel is archived {mrkdwn.on(archived)}."]
    return "\n".join([*lines, *(f"🚩 {mrkdwn.escape(one)}" for one in waived)])


async def _to(
    work: UnitOfWork,
    incident: Incident,
    to: Stage,
    words: str,
    *,
    by: str,
    now: datetime,
    kind: EntryKind | None = None,
    columns: Mapping[str, object] | None = None,
) -> Incident:
    """Write a move that is allowed."""
    said = f": {words}" if words else ""
    entry_kind = kind or (EntryKind.CONTAINED if to is Stage.CONTAINED else EntryKind.STAGE_CHANGED)
    await work.timeline.append(
        incident.id,
        at=now,
        actor=by,
        kind=entry_kind,
        text=f"{incident.status.value.capitalize()} → {to.value}{said}",
        details={"from": incident.status.value, "to": to.value},
    )
    return await work.incidents.change(incident.id, status=to, **(columns or {}))
