"""What is told to people about an incident, drawn from the templates."""

from collections.abc import Iterator
from datetime import datetime

from bot.views import blocks, card, wording
from bot.views.mrkdwn import cut, head
from bot.views.templates import Templates
from incidents.audience import RESPONDERS, Audience
from incidents.incident import Incident
from incidents.ports import Message
from incidents.severity import SeverityScheme
from incidents.status_update import StatusUpdate, UpdateFields, UpdateKind

NOTICE = {
    UpdateKind.INITIAL: "Initial notification",
    UpdateKind.UPDATE: "Status update",
    UpdateKind.RESOLUTION: "Resolved",
}
"""What a telling is called."""
_PART = 2900
_TEXT_LIMIT = 12_000


def text(
    kind: UpdateKind,
    incident: Incident,
    fields: UpdateFields,
    *,
    author: str,
    now: datetime,
    templates: Templates,
    scheme: SeverityScheme,
    audience: Audience = RESPONDERS,
) -> str:
    """The markup of a telling to an audience, rendered once and kept.

    Raises:
        ConfigError: the template fails.
    """
    values = wording.values(incident, scheme, fields, author=author, now=now)
    return cut(templates.render(audience.template(kind), values), _TEXT_LIMIT)


def message(incident: Incident, update: StatusUpdate) -> Message:
    """The message of a telling; responders can take a resolution back."""
    above = wording.marks(incident) if update.audience == RESPONDERS.key else ""
    drawn = [*([blocks.context(above)] if above else []), *sections(update)]
    if update.kind is UpdateKind.RESOLUTION and update.audience == RESPONDERS.key:
        reopen = blocks.button("Reopen", card.REOPEN, str(incident.id), label=f"Reopen {incident.key}")
        drawn.append(blocks.actions(reopen))
    return Message(f"{NOTICE[update.kind]}: {wording.one_line(incident)}", drawn)


def sections(update: StatusUpdate) -> list[blocks.Block]:
    """The words of a telling, whole."""
    return [blocks.section(part) for part in _parts(update.text)]


def _parts(markup: str) -> list[str]:
    """The text in sections that Slack accepts, broken between lines."""
    parts = [""]
    for one in _lines(markup):
        if len(parts[-1]) + len(one) + 1 > _PART and parts[-1]:
            parts.append("")
        parts[-1] = f"{parts[-1]}\n{one}" if parts[-1] else one
    return [part for part in parts if part.strip()]


def _lines(markup: str) -> Iterator[str]:
    """Its lines, those too long for a section in pieces."""
    for line in markup.split("\n"):
        rest = line
        while len(rest) > _PART:
            piece = head(rest, _PART) or rest[:_PART]
            yield piece
            rest = rest[len(piece) :]
        yield rest
