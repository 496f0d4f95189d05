"""What kind of incident it is, in Slack: the card's line, and the answer to the person who classified it."""

from collections.abc import Sequence

from bot.views import assess_modal, blocks, mrkdwn
from incidents.classification import Classification, classification_of
from incidents.incident import Incident
from incidents.ports import Message
from incidents.severity import SeverityScheme
from incidents.taxonomies import TAXONOMIES

_ON_CARD = ("incident_type", "failure_mode")


def line(incident: Incident) -> str:
    """Type and failure mode for a card, or "" where neither is known."""
    known = classification_of(incident)
    kinds = [TAXONOMIES[field].kind(chosen) for field in _ON_CARD for chosen in known.chosen(field)]
    names = " · ".join(kind.name for kind in kinds if kind)
    return f"🏷️ {mrkdwn.escape(names)}" if names else ""


def answer(
    incident: Incident, known: Classification, changes: Sequence[str], scheme: SeverityScheme
) -> Message:
    """What was changed, and what such an incident asks for: its usual severity, and whom to escalate to."""
    text = f"{incident.key} is classified." if changes else f"{incident.key} was classified so already."
    said = "\n".join(f"• {mrkdwn.escape(change)}" for change in changes) or "Nothing was changed."
    drawn = [blocks.section(f"🏷️ *{text}*\n{said}")]
    if typical := [level for level in known.typical if scheme.get(level)]:
        drawn.append(_usual(incident, typical))
    if known.escalate_to:
        drawn.append(blocks.section(f"Escalate to: *{mrkdwn.escape(', '.join(known.escalate_to))}*"))
    return Message(text, drawn)


def _usual(incident: Incident, typical: Sequence[str]) -> blocks.Block:
    """The usual severity; where this incident has another one, the way to look at that again."""
    said = f"Such incidents are typically *{' or '.join(typical)}*; this one is {incident.severity} now."
    if incident.severity in typical or not incident.status.is_open:
        return blocks.section(said)
    look = blocks.button(
        "Assess…", assess_modal.OPEN, str(incident.id), label=f"Assess the severity of {incident.key}"
    )
    return blocks.section(f"{said} Does that still hold?", accessory=look)
