"""The modal of a status update and that of a resolution. Both come filled with what was said last."""

import json
from collections.abc import Mapping
from typing import Any

from bot.views import blocks, mrkdwn, stage_modals, wording
from incidents.incident import Incident
from incidents.ports import Message
from incidents.status_update import FIELD_LIMIT, UpdateFields

UPDATE = "update"
RESOLVE = "resolve"
RESOLVE_ANYWAY = "resolve.carry_on"
_VALUE_LIMIT = 2000

_LABELS = {
    "state": ("Current state", "What is happening now, in a sentence or two"),
    "impact": ("What users feel", ""),
    "actions": ("What is being done", ""),
    "eta": ("Estimate to resolution", "Such as: 30 minutes, or: investigating"),
    "model_version": ("Model / version", ""),
    "failure_mode": ("Failure mode", "Such as: prompt injection, safeguard failure"),
    "cause": ("Suspected cause", ""),
}
_RESOLUTION_LABELS = {
    "state": ("What happened", "In words that somebody outside understands"),
    "cause": ("Cause, as far as known", ""),
    "actions": ("What was done", ""),
    "impact": ("What users felt", ""),
    "follow_up": ("What follows, and who owns it", "Ticket or retrospective, with a name"),
}
_ONE_LINERS = {"eta", "model_version", "failure_mode"}


def update(incident: Incident, last: UpdateFields, origin: str) -> Mapping[str, Any]:
    """The form of a status update."""
    drawn = [_about(incident), *_inputs(_LABELS, last)]
    metadata = f"{incident.id}:{origin}"
    return blocks.modal("Status update", drawn, callback_id=UPDATE, submit="Publish", metadata=metadata)


def resolve(
    incident: Incident, last: UpdateFields, origin: str, *, asks_containment: bool = False
) -> Mapping[str, Any]:
    """The form of a resolution; it asks what shows containment where that is not verified yet."""
    asked = [stage_modals.proof_field()] if asks_containment else []
    drawn = [_about(incident), *asked, *_inputs(_RESOLUTION_LABELS, last)]
    metadata = f"{incident.id}:{origin}"
    return blocks.modal(
        f"Resolve {incident.key}", drawn, callback_id=RESOLVE, submit="Resolve", metadata=metadata
    )


def not_resolved(incident: Incident, why: str, state: str) -> Message:
    """Why it could not be resolved as typed, with nothing lost: the form carries on with the words."""
    drawn = [blocks.section(why)]
    value = json.dumps({"incident": incident.id, "state": state}, ensure_ascii=False)
    if len(value) <= _VALUE_LIMIT:
        drawn.append(blocks.actions(blocks.button("Resolve…", RESOLVE_ANYWAY, value, style="primary")))
    return Message(mrkdwn.plain(why), drawn)


def _about(incident: Incident) -> blocks.Block:
    return blocks.context(mrkdwn.escape(wording.one_line(incident)))


def _inputs(labels: Mapping[str, tuple[str, str]], last: UpdateFields) -> list[blocks.Block]:
    return [_input(name, label, hint, last) for name, (label, hint) in labels.items()]


def _input(name: str, label: str, hint: str, last: UpdateFields) -> blocks.Block:
    short = name in _ONE_LINERS
    box = blocks.text_box(
        name, initial=getattr(last, name), multiline=not short, limit=200 if short else FIELD_LIMIT
    )
    return blocks.field(label, box, block_id=name, optional=name != "state", hint=hint)
