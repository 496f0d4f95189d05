"""What a playbook wants before an incident is resolved and closed: fulfilled with a proof, or waived with a reason."""

from datetime import datetime

from bot.services import notice
from bot.services.changing import change_incident
from bot.services.parts import Parts
from bot.views import mrkdwn
from incidents.errors import IllegalMoveError, NotFoundError, NotUnderstoodError
from incidents.incident import Incident
from incidents.lifecycle import GateFacts, GateKind, Stage, check_move, read_link, with_waiver
from incidents.timeline import EntryKind
from storage.unit_of_work import UnitOfWork

PROOF_LIMIT = 500
_FIELD = {
    GateKind.CONTAINMENT: "containment_verified",
    GateKind.POSTMORTEM: "postmortem_link",
    GateKind.REGRESSION: "regression_link",
}
_NAMES = {
    GateKind.CONTAINMENT: "Containment verified",
    GateKind.POSTMORTEM: "Postmortem published",
    GateKind.REGRESSION: "Regression case written",
}


def wanted(parts: Parts, incident: Incident) -> frozenset[GateKind]:
    """The gates of the incident's playbook; all of them where it is no longer there."""
    try:
        return frozenset(parts.playbooks.get(incident.playbook).gates)
    except NotFoundError:
        return frozenset(GateKind)


def facts(incident: Incident) -> GateFacts:
    """What is known about the incident's gates."""
    return GateFacts.model_validate(incident.gates)


def uncontained(incident: Incident) -> GateFacts:
    """The facts of an incident whose containment did not hold: its proof and its waiver are void."""
    known = facts(incident)
    waivers = {gate: why for gate, why in known.waivers.items() if gate is not GateKind.CONTAINMENT}
    return known.model_copy(update={"containment_verified": None, "waivers": waivers})


def check(parts: Parts, incident: Incident, to: Stage, known: GateFacts | None = None) -> None:
    """Let a move pass that the lifecycle and the gates allow.

    Raises:
        IllegalMoveError: it is no move, or something is missing.
    """
    check_move(
        incident.status, to, gates=wanted(parts, incident), facts=known or facts(incident), name=incident.key
    )


def read_proof(gate: GateKind, words: str) -> str:
    """What fulfils a gate: words or a link for containment, a link for the others.

    Raises:
        NotUnderstoodError: it is neither.
    """
    plain = " ".join(words.split())
    if not plain:
        raise NotUnderstoodError(f"Say what shows it, such as: {_EXAMPLES[gate]}")
    if len(plain) > PROOF_LIMIT:
        raise NotUnderstoodError(
            f"That has {len(plain)} characters and {PROOF_LIMIT} fit. Please shorten it."
        )
    return plain if gate is GateKind.CONTAINMENT else read_link(plain)


_EXAMPLES = {
    GateKind.CONTAINMENT: "/incident verify 0 violations in 10 min, dashboard https://…",
    GateKind.POSTMORTEM: "/incident postmortem https://…",
    GateKind.REGRESSION: "/incident regression https://…",
}


async def fulfil(
    work: UnitOfWork, incident: Incident, gate: GateKind, proof: str, *, by: str, now: datetime
) -> Incident:
    """Keep the proof of a gate within a transaction, and say so in the timeline."""
    known = facts(incident).model_copy(update={_FIELD[gate]: proof})
    await work.timeline.append(
        incident.id,
        at=now,
        actor=by,
        kind=EntryKind.GATE_FULFILLED,
        text=f"{_NAMES[gate]}: {proof}",
        details={"gate": gate.value},
    )
    return await work.incidents.change(incident.id, gates=known.model_dump(mode="json"))


async def link(
    parts: Parts, incident_id: int, gate: GateKind, words: str, *, by: str, delivery: str
) -> Incident:
    """Keep the link of the postmortem or of the regression case.

    Raises:
        NotUnderstoodError: it is no link.
        IllegalMoveError: the incident was cancelled or merged.
    """
    proof = read_proof(gate, words)

    async def change(work: UnitOfWork, incident: Incident, now: datetime) -> Incident:
        if incident.status in {Stage.CANCELLED, Stage.MERGED}:
            raise IllegalMoveError(f"{incident.key} is {incident.status.words} and needs none.")
        changed = await fulfil(work, incident, gate, proof, by=by, now=now)
        said = f"🔓 {_NAMES[gate]}: {mrkdwn.escape(proof)} ({mrkdwn.user(by)})"
        await notice.enqueue(work, incident_id, f"gate:{delivery}", said, now=now)
        return changed

    return await change_incident(parts, incident_id, change, delivery=delivery)


async def waive(
    parts: Parts, incident_id: int, gate: GateKind, reason: str, *, by: str, delivery: str
) -> Incident:
    """Let an incident pass a gate without its proof; it stands out in the record.

    Raises:
        NotUnderstoodError: no reason is given.
        IllegalMoveError: the gate is fulfilled, not wanted, or the incident is over for good.
    """

    async def change(work: UnitOfWork, incident: Incident, now: datetime) -> Incident:
        known = facts(incident)
        if gate not in wanted(parts, incident):
            raise IllegalMoveError(f"The playbook of {incident.key} does not ask for that: nothing to waive.")
        if known.proof(gate):
            raise IllegalMoveError(f"That is done already for {incident.key}: nothing to waive.")
        if incident.status in {Stage.CLOSED, Stage.CANCELLED, Stage.MERGED}:
            raise IllegalMoveError(f"{incident.key} is {incident.status.words}: nothing to waive.")
        waived = with_waiver(known, gate, reason)
        text = f"WAIVED: {gate.value}, because {waived.waivers[gate]}"
        await work.timeline.append(
            incident_id, at=now, actor=by, kind=EntryKind.GATE_WAIVED, text=text, details={"gate": gate.value}
        )
        said = (
            f"🚩 *Waived by {mrkdwn.user(by)}: {gate.value}*, because {mrkdwn.escape(waived.waivers[gate])}"
        )
        await notice.enqueue(work, incident_id, f"waive:{delivery}", said, now=now)
        return await work.incidents.change(incident_id, gates=waived.model_dump(mode="json"))

    return await change_incident(parts, incident_id, change, delivery=delivery)
