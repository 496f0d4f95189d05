"""`/incident help`: what can be typed, with an example each."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.views import blocks, mrkdwn
from incidents.ports import Message
from incidents.severity import SeverityScheme


@dataclass(frozen=True)
class VerbHelp:
    """How one verb is typed and what it does."""

    usage: str
    does: str


def message(verbs: Sequence[VerbHelp], scheme: SeverityScheme) -> Message:
    """Every verb, then the severities."""
    lines = [f"`/incident {mrkdwn.escape(verb.usage)}`\n{mrkdwn.escape(verb.does)}" for verb in verbs]
    levels = [
        f"*{level.key}* {mrkdwn.escape(level.name)}: {mrkdwn.escape(level.definition)}"
        for level in scheme.levels
    ]
    drawn = [blocks.section("\n".join(lines)), blocks.context("\n".join(levels))]
    return Message("What Cordon understands: " + ", ".join(verb.usage.split()[0] for verb in verbs), drawn)
