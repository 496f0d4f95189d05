"""The forms of an incident's moves: containment verified, closed, cancelled, merged."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot.views import blocks, mrkdwn, wording
from incidents.incident import Incident
from incidents.lifecycle import REASON_LIMIT, GateFacts, GateKind

VERIFY: Final = "stage.verify"
CLOSE: Final = "stage.close"
CANCEL: Final = "stage.cancel"
MERGE: Final = "stage.merge"
PROOF, REASON, INTO = "proof", "reason", "into"
POSTMORTEM, REGRESSION = "postmortem", "regression"
PROOF_LIMIT: Final = 500

_LINKS: Final = {
    GateKind.POSTMORTEM: (POSTMORTEM, "Link of the published postmortem", "postmortem_link"),
    GateKind.REGRESSION: (REGRESSION, "Link of the regression case", "regression_link"),
}


def verify(incident: Incident) -> Mapping[str, Any]:
    """What shows that it is contained."""
    asked = proof_field(GateFacts.model_validate(incident.gates).containment_verified or "")
    return blocks.modal(
        "Verify containment",
        [_about(incident), asked],
        callback_id=VERIFY,
        submit="Verified",
        metadata=str(incident.id),
    )


def proof_field(initial: str = "") -> blocks.Block:
    """The question what shows that it is contained."""
    return blocks.field(
        "What shows that it is contained?",
        blocks.text_box(PROOF, initial=initial, multiline=True, limit=PROOF_LIMIT),
        block_id=PROOF,
        hint="A reading or a link, such as: 0 violations in 10 min",
    )


def close(incident: Incident, wanted: Sequence[GateKind]) -> Mapping[str, Any]:
    """The links that closing asks for; those given are filled in, waived ones may stay empty."""
    known = GateFacts.model_validate(incident.gates)
    drawn = [_about(incident)]
    for gate in (gate for gate in _LINKS if gate in wanted):
        block_id, label, field = _LINKS[gate]
        waived = known.waivers.get(gate)
        hint = f"Waived: {waived}" if waived else "Without one: /incident waive, for the commander"
        box = blocks.text_box(
            block_id, initial=getattr(known, field) or "", limit=PROOF_LIMIT, placeholder="https://…"
        )
        drawn.append(blocks.field(label, box, block_id=block_id, optional=bool(waived), hint=hint))
    drawn.append(blocks.context("The channel is archived later; reopening brings it back."))
    return blocks.modal(
        f"Close {incident.key}", drawn, callback_id=CLOSE, submit="Close", metadata=str(incident.id)
    )


def cancel(incident: Incident) -> Mapping[str, Any]:
    """Why it was none."""
    asked = blocks.field(
        "Why was it a false positive?",
        blocks.text_box(REASON, multiline=True, limit=REASON_LIMIT),
        block_id=REASON,
    )
    return blocks.modal(
        f"Cancel {incident.key}",
        [_about(incident), asked],
        callback_id=CANCEL,
        submit="Cancel the incident",
        metadata=str(incident.id),
    )


def merge(incident: Incident, others: Sequence[Incident]) -> Mapping[str, Any]:
    """Into which other open incident."""
    if not others:
        said = blocks.section("There is no other open incident to merge it into.")
        return blocks.modal(f"Merge {incident.key}", [said], callback_id=MERGE)
    listed = [(wording.one_line(other), str(other.id)) for other in others]
    asked = blocks.field(
        "It is the same as",
        blocks.select(INTO, listed),
        block_id=INTO,
        hint="Work goes on there; this one ends",
    )
    return blocks.modal(
        f"Merge {incident.key}",
        [_about(incident), asked],
        callback_id=MERGE,
        submit="Merge",
        metadata=str(incident.id),
    )


def _about(incident: Incident) -> blocks.Block:
    return blocks.context(mrkdwn.escape(wording.one_line(incident)))
