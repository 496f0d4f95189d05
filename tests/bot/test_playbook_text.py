from collections.abc import Iterator

import pytest

from bot.playbook_text import readable, spoken_minutes
from bot.playbooks import PlaybookLibrary
from incidents.playbook import Playbook


def _texts(node: object) -> Iterator[str]:
    """Every text that people wrote into a playbook, line by line."""
    if isinstance(node, str):
        yield from (line.strip() for line in node.splitlines())
    elif isinstance(node, dict):
        for value in node.values():
            yield from _texts(value)
    elif isinstance(node, list | tuple):
        for value in node:
            yield from _texts(value)


@pytest.mark.parametrize(
    "name", ["agent-platform", "agentic-on-call", "ai-service", "child-safety", "operations-governance"]
)
def test_nothing_that_a_playbook_says_is_left_out(name: str) -> None:
    playbook = PlaybookLibrary.load(None).get(name)
    lower = readable(playbook).casefold()
    effects = {"raise", "keep", "lower"}
    missing = [
        text for text in _texts(playbook.model_dump()) if text not in effects and text.casefold() not in lower
    ]
    assert missing == []


def test_a_small_playbook_has_no_empty_sections() -> None:
    phase = {
        "title": "Stop",
        "starts_minute": 5,
        "items": [{"text": "Stop it", "detail": "a\nb", "when": "SEV1", "due_minutes": 2880}],
    }
    playbook = Playbook.model_validate(
        {"name": "mine", "title": "Mine", "description": "d", "phases": [phase]}
    )
    assert readable(playbook) == (
        "Mine (mine)\nd\n\n"
        "WANTED BEFORE RESOLVING AND CLOSING\n"
        "  - containment\n"
        "  - postmortem\n"
        "  - regression\n\n"
        "PHASES (minutes since the declaration)\n"
        "  1. Stop (minutes: from 5)\n"
        "     [ ] Stop it (when: SEV1; due within: 48 h)\n"
        "           a\n"
        "           b"
    )


@pytest.mark.parametrize(
    ("minutes", "spoken"), [(0, "0 min"), (2, "2 min"), (60, "1 h"), (90, "90 min"), (2880, "48 h")]
)
def test_durations_in_words(minutes: int, spoken: str) -> None:
    assert spoken_minutes(minutes) == spoken
