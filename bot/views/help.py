"""`/incident help`: what can be typed, with an example each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.views import blocks, mrkdwn
from incidents.ports import Message
from incidents.severity import SeverityScheme

_SECTION: Final = 2900
"""Characters of a section, under Slack's 3000."""


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
    drawn = [*map(blocks.section, _sections(lines)), blocks.context("\n".join(levels))]
    return Message("What Cordon understands: " + ", ".join(verb.usage.split()[0] for verb in verbs), drawn)


def _sections(lines: Sequence[str]) -> list[str]:
    """The lines in as few sections as hold them whole: one that is cut would hide the last verbs."""
    sections: list[str] = []
    for line in lines:
        if sections and len(sections[-1]) + 1 + len(line) <= _SECTION:
            sections[-1] += f"\n{line}"
        else:
            sections.append(line)
    return sections
