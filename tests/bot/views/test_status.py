from hypothesis import example, given
from hypothesis import strategies as st

from bot.views import status
from incidents.timeline import EntryKind, TimelineEntry
from tests.bot.views.conftest import (
    ANN,
    HURRIED,
    MINUTE,
    NOW,
    SCHEME,
    TEMPLATES,
    buttons,
    date,
    facts,
    hostile,
    incident,
    seen,
)


def _entry(text: str, *, actor: str = ANN, seq: int = 1) -> TimelineEntry:
    at = NOW - MINUTE
    return TimelineEntry(incident_id=42, seq=seq, at=at, actor=actor, kind=EntryKind.DECLARED, text=text)


def test_where_it_stands_and_what_happened_last() -> None:
    entries = [_entry("Declared SEV1: Agent leaks"), _entry("Opened the channel", actor="cordon")]
    message = status.message(facts(incident()), entries, TEMPLATES, SCHEME)
    shown = seen(message)
    assert shown[0].startswith("🔴 *SEV1 · INC-42 · Agent leaks customer data*")
    assert shown[-1].split("\n") == [
        "*What happened last*",
        f"{date(NOW - MINUTE)} <@U0ANN>: Declared SEV1: Agent leaks",
        f"{date(NOW - MINUTE)} Cordon: Opened the channel",
    ]
    assert message.text == "🔴 SEV1 · INC-42 · Agent leaks customer data · 🔎 Investigating"
    assert buttons(message) == {}


@HURRIED
@example(["&" * 1700] * 8, "title")
@given(st.lists(hostile(1700), min_size=8, max_size=8), hostile(120, least=1))
def test_whatever_was_said_the_last_eight_entries_are_there(texts: list[str], title: str) -> None:
    entries = [_entry(text, seq=number) for number, text in enumerate(texts, start=1)]
    shown = seen(status.message(facts(incident(title=title)), entries, TEMPLATES, SCHEME))
    assert len(shown[-1].split("\n")) == 9
    assert shown[-1].split("\n")[8].startswith(f"{date(NOW - MINUTE)} <@U0ANN>:")
