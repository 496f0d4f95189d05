from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.audit import TimelineExport, first_break
from incidents.timeline import FIRST_LINK, EntryKind, TimelineEntry, first_broken

START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
DETAILS = st.dictionaries(WORDS, WORDS, max_size=3)
REFS = st.none() | WORDS


def chain(*told: tuple[str, str | None, dict[str, str]]) -> list[TimelineEntry]:
    """Entries with these texts, references and details, chained."""
    made: list[TimelineEntry] = []
    for seq, (text, ref, details) in enumerate(told, start=1):
        entry = TimelineEntry(
            incident_id=1,
            seq=seq,
            at=START + timedelta(seconds=seq),
            actor="U1",
            kind=EntryKind.NOTE,
            text=text,
            ref=ref,
            details=details,
            previous=made[-1].hash if made else FIRST_LINK,
        )
        made.append(entry.sealed())
    return made


CHAINS = st.lists(st.tuples(WORDS, REFS, DETAILS), min_size=2, max_size=6).map(lambda told: chain(*told))
THREE = chain(("a", None, {}), ("b", "C1/1.1", {"author": "U2"}), ("c", None, {}))


def broken_at(entries: list[TimelineEntry], whole: list[TimelineEntry]) -> tuple[int, str] | None:
    found = first_break(1, entries, count=len(whole), head=whole[-1].hash)
    return (found.seq, found.reason) if found else None


@given(CHAINS)
def test_a_whole_timeline_is_whole(entries: list[TimelineEntry]) -> None:
    assert broken_at(entries, entries) is None
    assert first_broken(entries) is None
    export = TimelineExport(
        incident_id=1,
        title="t",
        severity="SEV1",
        status="declared",
        exported_at=START,
        names={},
        count=len(entries),
        head=entries[-1].hash,
        entries=tuple(entries),
    )
    again = TimelineExport.model_validate_json(export.model_dump_json())
    assert list(again.entries) == entries
    assert broken_at(list(again.entries), entries) is None


def test_an_incident_without_entries_is_whole() -> None:
    assert first_break(1, [], count=None, head=None) is None
    assert first_break(1, [], count=0, head=FIRST_LINK) is None


CHANGES: list[tuple[str, Callable[[TimelineEntry], object]]] = [
    ("at", lambda entry: entry.at + timedelta(microseconds=1)),
    ("actor", lambda entry: entry.actor + "x"),
    ("kind", lambda _entry: EntryKind.DECISION),
    ("text", lambda entry: entry.text + " "),
    ("ref", lambda entry: "" if entry.ref is None else None),
    ("details", lambda entry: {**entry.details, "owner": entry.details.get("owner", "") + "x"}),
    ("hash", lambda _entry: "f" * 64),
]


@pytest.mark.parametrize(("field", "change"), CHANGES, ids=[name for name, _ in CHANGES])
@given(data=st.data(), entries=CHAINS)
def test_any_changed_field_is_found_where_it_is(
    data: st.DataObject, entries: list[TimelineEntry], field: str, change: Callable[[TimelineEntry], object]
) -> None:
    at = data.draw(st.integers(0, len(entries) - 1))
    forged = entries[at].model_copy(update={field: change(entries[at])})
    found = broken_at([*entries[:at], forged, *entries[at + 1 :]], entries)
    assert found == (at + 1, "does not fit its hash: its content or its hash was changed")


@given(data=st.data(), entries=CHAINS)
def test_what_was_cut_off_at_the_end_is_missed(data: st.DataObject, entries: list[TimelineEntry]) -> None:
    left = data.draw(st.integers(0, len(entries) - 1))
    found = broken_at(entries[:left], entries)
    assert found is not None
    assert found[0] == left + 1
    assert "is missing" in found[1]


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ([THREE[0], THREE[2]], (2, "is missing: entry 3 stands in its place")),
        ([THREE[1], THREE[2]], (1, "is missing: entry 2 stands in its place")),
        ([THREE[0], THREE[0], THREE[2]], (1, "stands where entry 2 should")),
        (
            [THREE[0].model_copy(update={"text": "x"}).sealed(), *THREE[1:]],
            (2, "does not continue from the entry before it: one of the two was changed"),
        ),
        ([*THREE, chain(*[("x", None, {})] * 4)[3]], (4, "does not continue")),
        (
            [*THREE[:2], THREE[2].model_copy(update={"text": "x"}).sealed()],
            (3, "is not the one that was written last"),
        ),
        ([one.model_copy(update={"incident_id": 2}).sealed() for one in THREE[:1]], (1, "belongs to INC-2")),
    ],
)
def test_it_is_said_what_does_not_fit(entries: list[TimelineEntry], said: tuple[int, str]) -> None:
    found = broken_at(entries, THREE)
    assert found is not None
    assert (found[0], found[1][: len(said[1])]) == said


def test_an_entry_put_in_at_the_end_is_found() -> None:
    found = first_break(1, THREE, count=2, head=THREE[1].hash)
    assert found is not None
    assert (found.seq, found.reason) == (3, "was put in: the incident knows of 2 only")
