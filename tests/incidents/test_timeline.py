from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from incidents.timeline import FIRST_LINK, EntryKind, TimelineEntry, first_broken, link

START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
KINDS = st.sampled_from(EntryKind)


def _chain(told: list[tuple[str, EntryKind, str]]) -> list[TimelineEntry]:
    chain: list[TimelineEntry] = []
    for seq, (actor, kind, text) in enumerate(told, start=1):
        entry = TimelineEntry(
            incident_id=1,
            seq=seq,
            at=START + timedelta(seconds=seq),
            actor=actor,
            kind=kind,
            text=text,
            previous=chain[-1].hash if chain else FIRST_LINK,
        )
        chain.append(entry.sealed())
    return chain


CHAINS = st.lists(st.tuples(WORDS, KINDS, WORDS), min_size=2, max_size=8).map(_chain)


def _one() -> TimelineEntry:
    return _chain([("U1", EntryKind.DECLARED, "Declared")])[0]


@given(CHAINS)
def test_an_untouched_chain_holds(chain: list[TimelineEntry]) -> None:
    assert first_broken(chain) is None
    assert first_broken([]) is None


CHANGES: list[tuple[str, Callable[[TimelineEntry], object]]] = [
    ("incident_id", lambda entry: entry.incident_id + 1),
    ("seq", lambda entry: entry.seq + 1),
    ("at", lambda entry: entry.at + timedelta(microseconds=1)),
    ("actor", lambda entry: entry.actor + "x"),
    ("kind", lambda entry: EntryKind.PROBLEM if entry.kind is not EntryKind.PROBLEM else EntryKind.DECLARED),
    ("text", lambda entry: entry.text + " "),
    ("previous", lambda entry: "f" * 64),
    ("hash", lambda entry: "f" * 64),
]


@pytest.mark.parametrize(("field", "change"), CHANGES, ids=[name for name, _ in CHANGES])
@given(data=st.data(), chain=CHAINS)
def test_any_change_is_found_where_it_was_made(
    data: st.DataObject, chain: list[TimelineEntry], field: str, change: Callable[[TimelineEntry], object]
) -> None:
    at = data.draw(st.integers(0, len(chain) - 1))
    forged = chain[at].model_copy(update={field: change(chain[at])})
    assert first_broken([*chain[:at], forged, *chain[at + 1 :]]) is forged


@given(data=st.data(), chain=CHAINS)
def test_a_change_with_its_hash_made_right_breaks_the_next_link(
    data: st.DataObject, chain: list[TimelineEntry]
) -> None:
    at = data.draw(st.integers(0, len(chain) - 2))
    forged = chain[at].model_copy(update={"text": chain[at].text + "!"}).sealed()
    assert first_broken([*chain[:at], forged, *chain[at + 1 :]]) is chain[at + 1]


@given(data=st.data(), chain=CHAINS)
def test_an_entry_dropped_before_the_last_is_found(data: st.DataObject, chain: list[TimelineEntry]) -> None:
    at = data.draw(st.integers(0, len(chain) - 2))
    assert first_broken([*chain[:at], *chain[at + 1 :]]) is chain[at + 1]


@given(data=st.data(), chain=CHAINS, told=st.tuples(WORDS, KINDS, WORDS))
def test_an_entry_put_in_is_found(
    data: st.DataObject, chain: list[TimelineEntry], told: tuple[str, EntryKind, str]
) -> None:
    at = data.draw(st.integers(0, len(chain) - 1))
    actor, kind, text = told
    changes = {"actor": actor, "kind": kind, "text": text, "at": START}
    forged = chain[at].model_copy(update=changes).sealed()
    assert first_broken([*chain[:at], forged, *chain[at:]]) in (forged, chain[at])


@given(data=st.data(), chain=CHAINS)
def test_two_entries_swapped_are_found_even_renumbered(
    data: st.DataObject, chain: list[TimelineEntry]
) -> None:
    one = data.draw(st.integers(0, len(chain) - 2))
    other = data.draw(st.integers(one + 1, len(chain) - 1))
    swapped = list(chain)
    swapped[one], swapped[other] = chain[other], chain[one]
    assert first_broken(swapped) is chain[other]
    renumbered = [entry.model_copy(update={"seq": seq}) for seq, entry in enumerate(swapped, start=1)]
    assert first_broken(renumbered) is renumbered[one]


@given(CHAINS)
def test_a_gap_in_the_numbers_is_found_even_where_every_link_holds(chain: list[TimelineEntry]) -> None:
    last = chain[-1].model_copy(update={"seq": chain[-1].seq + 1}).sealed()
    assert first_broken([*chain[:-1], last]) is last


def test_a_hash_belongs_to_the_moment_whatever_the_zone() -> None:
    elsewhere = _one().model_copy(update={"at": _one().at.astimezone(timezone(timedelta(hours=9)))})
    assert link(elsewhere) == _one().hash


def test_a_hash_does_not_depend_on_the_hash_before_it_was_sealed() -> None:
    assert _one().sealed() == _one()
    assert len(_one().hash) == 64


def test_the_hash_of_an_entry_never_changes_between_releases() -> None:
    assert _one().hash == "273d43b5031c1291827e25407d650df0fb6228dea5f0d63f0b9de66eddd9e38f"


def test_entries_are_counted_from_one() -> None:
    with pytest.raises(ValidationError):
        TimelineEntry(incident_id=1, seq=0, at=START, actor="U1", kind=EntryKind.DECLARED, text="")
