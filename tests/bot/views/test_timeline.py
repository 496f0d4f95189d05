import re

from hypothesis import given
from hypothesis import strategies as st

from bot.views import timeline
from incidents.timeline import EntryKind, TimelineEntry
from sandbox.blocks.check import check_message
from tests.bot.views.conftest import ANN, BOB, HURRIED, MINUTE, NOW, buttons, date, hostile, incident, seen


def entry(seq: int, kind: EntryKind = EntryKind.NOTE, text: str = "words", **details: str) -> TimelineEntry:
    at = NOW + seq * MINUTE
    return TimelineEntry(
        incident_id=42, seq=seq, at=at, actor=ANN, kind=kind, text=text, details=details
    ).sealed()


def page(*entries: TimelineEntry, mode: str = timeline.LATEST, newest: int = 0) -> list[str]:
    corrections = {2: [entry(5, EntryKind.CORRECTION, "It was staging", corrects="2")]}
    return seen(timeline.page(incident(), entries, corrections, mode=mode, newest=newest or len(entries)))


def when(seq: int) -> str:
    return date(NOW + seq * MINUTE, "{date_short_pretty} {time}", "%Y-%m-%d %H:%M")


def test_entries_are_numbered_dated_and_named_by_kind() -> None:
    decision = entry(1, EntryKind.DECISION, "Stay *on* v6", owner=BOB)
    note = entry(2, text="Key\nrevoked <!channel>")
    correction = entry(3, EntryKind.CORRECTION, "It was staging", corrects="2")
    head, lines = page(decision, note, correction)
    assert head == "*Timeline of INC-42* · entries 1 to 3 of 3"
    assert lines.split("\n") == [
        f"*#1* {when(1)} · ⚖️ Decision · <@U0ANN>: *Stay ∗on∗ v6* · owner <@U0BOB>",
        f"*#2* {when(2)} · 📝 Note · <@U0ANN>: Key revoked &lt;!channel&gt;",
        "      ↳ ✏️ corrected in #5 by <@U0ANN>: It was staging",
        f"*#3* {when(3)} · ✏️ Correction of #2 · <@U0ANN>: It was staging",
    ]


def test_a_kept_message_says_whose_it_is_and_where() -> None:
    kept = entry(
        1, EntryKind.MESSAGE_ADDED, "Look", author=BOB, permalink="https://x.slack.com/archives/C/p1"
    )
    message = timeline.page(incident(), [kept], {}, mode=timeline.LATEST, newest=1)
    check_message(list(message.blocks))  # type: ignore[arg-type]
    assert "kept what <@U0BOB> <https://x.slack.com/archives/C/p1|wrote>: Look" in str(message.blocks)


def test_every_kind_has_its_word() -> None:
    for kind in EntryKind:
        assert re.search(r"[A-Z][a-z]", timeline.kind(entry(1, kind)))


def test_earlier_entries_have_a_button() -> None:
    message = timeline.page(incident(), [entry(7), entry(8)], {}, mode=timeline.ALL, newest=8)
    [(name, button)] = buttons(message).items()
    assert (name, button["value"], button["action_id"]) == ("Show earlier", "42:7:all", timeline.EARLIER)
    assert buttons(timeline.page(incident(), [entry(1)], {}, mode=timeline.ALL, newest=8)) == {}


def test_an_empty_timeline_says_so() -> None:
    assert page() == ["*Timeline of INC-42* · no entry"]


@HURRIED
@given(
    st.lists(hostile(3000, least=1), min_size=1, max_size=60),
    st.sampled_from([timeline.LATEST, timeline.ALL]),
)
def test_whatever_was_said_a_page_fits_and_ends_with_the_newest(texts: list[str], mode: str) -> None:
    entries = [entry(seq, text=text) for seq, text in enumerate(texts, start=1)]
    told = page(*entries, mode=mode)
    numbers = [int(number) for number in re.findall(r"^\*#(\d+)\* <!date", "\n".join(told), re.MULTILINE)]
    assert numbers == list(range(numbers[0], len(entries) + 1))
