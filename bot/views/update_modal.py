"""The modal of a status update and that of a resolution. Both come filled with what was said last."""

from collections.abc import Mapping
from typing import Any

from bot.views import blocks, mrkdwn, wording
from incidents.audience import Audience
from incidents.incident import Incident
from incidents.status_update import FIELD_LIMIT, StatusUpdate, UpdateFields, UpdateKind

UPDATE = "update"
RESOLVE = "resolve"
EDIT = "update_edit"

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


def resolve(incident: Incident, last: UpdateFields, origin: str) -> Mapping[str, Any]:
    """The form of a resolution."""
    drawn = [_about(incident), *_inputs(_RESOLUTION_LABELS, last)]
    metadata = f"{incident.id}:{origin}"
    return blocks.modal(
        f"Resolve {incident.key}", drawn, callback_id=RESOLVE, submit="Resolve", metadata=metadata
    )


def edit(incident: Incident, update: StatusUpdate, audience: Audience) -> Mapping[str, Any]:
    """The form of a text that waits for approval."""
    labels = _RESOLUTION_LABELS if update.kind is UpdateKind.RESOLUTION else _LABELS
    about = f"For {mrkdwn.escape(audience.title)}. Whoever approves sees the new text first."
    drawn = [_about(incident), blocks.context(about), *_inputs(labels, update.fields)]
    metadata = f"{incident.id}:{update.id}"
    return blocks.modal("Edit before sending", drawn, callback_id=EDIT, submit="Save", metadata=metadata)


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
