"""`/incident status`: the card, and the last lines of the timeline."""

from collections.abc import Sequence

from bot.views import blocks, card, mrkdwn, timeline, wording
from bot.views.card import CardFacts
from bot.views.templates import Templates
from incidents.ports import Message
from incidents.severity import SeverityScheme
from incidents.timeline import TimelineEntry

_ENTRY = 280
"""Characters of one entry, so that the last eight fit into a section."""


def message(
    facts: CardFacts, entries: Sequence[TimelineEntry], templates: Templates, scheme: SeverityScheme
) -> Message:
    """Where an incident stands, for one person."""
    lines = "\n".join(_line(entry) for entry in entries)
    drawn = [*card.head(facts, templates, scheme), blocks.section(f"*What happened last*\n{lines}")]
    return Message(f"{wording.one_line(facts.incident)} · {wording.status(facts.incident)}", drawn)


def _line(entry: TimelineEntry) -> str:
    return f"{mrkdwn.at(entry.at)} {timeline.who(entry)}: {timeline.brief(entry, _ENTRY)}"
