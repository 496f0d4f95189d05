from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.drill_score import DrillFacts, DrillTargets, Measure, Verdict, score, spell, targets_of
from incidents.playbook import PlaybookItem, PlaybookPhase
from incidents.severity import DEFAULT_SCHEME

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
ITEMS = (PlaybookItem(text="Do it"),)


def _minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def _phase(title: str, ends: int | None, *, asynchronous: bool = False) -> PlaybookPhase:
    return PlaybookPhase(title=title, ends_minute=ends, items=ITEMS, asynchronous=asynchronous)


times = st.none() | st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=2))


@pytest.mark.parametrize(
    ("took", "target", "verdict", "words"),
    [
        (_minutes(3), _minutes(15), Verdict.MET, "Contained after 3 min, within the 15 min allowed"),
        (_minutes(15), _minutes(15), Verdict.MET, "Contained after 15 min, within the 15 min allowed"),
        (
            timedelta(minutes=3, seconds=20),
            _minutes(2),
            Verdict.MISSED,
            "Contained after 3 min 20 s, 1 min 20 s over the 2 min allowed",
        ),
        (None, _minutes(2), Verdict.NOT_REACHED, "Contained: not reached, 2 min allowed"),
        (None, None, Verdict.NOT_REACHED, "Contained: not reached"),
        (_minutes(90), None, Verdict.NO_TARGET, "Contained after 1 h 30 min"),
    ],
)
def test_a_time_against_its_target(
    took: timedelta | None, target: timedelta | None, verdict: Verdict, words: str
) -> None:
    measure = Measure("Contained", took, target)
    assert measure.verdict is verdict
    assert measure.words == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (0.9, "0 s"),
        (40, "40 s"),
        (60, "1 min"),
        (3_600, "1 h"),
        (3_605, "1 h"),
        (3_900, "1 h 5 min"),
        (90_000, "1 d 1 h"),
        (86_460, "1 d"),
    ],
)
def test_a_time_in_words(seconds: float, words: str) -> None:
    assert spell(timedelta(seconds=seconds)) == words


def test_a_drill_in_words() -> None:
    facts = DrillFacts(
        declared_at=NOON,
        acknowledged_at=NOON + _minutes(1),
        contained_at=NOON + _minutes(5),
        resolved_at=NOON + _minutes(50),
        done=9,
        skipped=2,
        left=1,
    )
    targets = DrillTargets(acknowledge=_minutes(15), contain=_minutes(2), first_update=_minutes(30))
    assert score(facts, targets).words == (
        "1 of 3 targets met",
        "Acknowledged after 1 min, within the 15 min allowed",
        "Contained after 5 min, 3 min over the 2 min allowed",
        "First update published: not reached, 30 min allowed",
        "Resolved after 50 min",
        "Checklist: 9 of 12 items done, 2 skipped, 1 left open",
    )


def test_a_drill_that_nobody_touched() -> None:
    lines = score(DrillFacts(declared_at=NOON), DrillTargets()).words
    assert lines[0] == "No targets were set"
    assert lines[-1] == "The checklist had no items"


def test_what_was_acknowledged_before_the_declaration_took_no_time() -> None:
    facts = DrillFacts(declared_at=NOON, acknowledged_at=NOON - _minutes(1))
    assert score(facts, DrillTargets(acknowledge=_minutes(1))).measures[0].took == timedelta(0)


def test_targets_come_from_the_severity_and_the_playbook() -> None:
    phases = [
        _phase("Triage", 5),
        _phase("Contain the harm", 15),
        _phase("Confirm containment", 20),
        _phase("Recover", 60),
        _phase("Follow up", 2880, asynchronous=True),
        _phase("Learn", None),
    ]
    assert targets_of(DEFAULT_SCHEME.levels[2], phases) == DrillTargets(
        acknowledge=_minutes(60), contain=_minutes(15), first_update=_minutes(60), resolve=_minutes(60)
    )
    assert targets_of(DEFAULT_SCHEME.levels[4], []) == DrillTargets(acknowledge=_minutes(1440))


@given(st.lists(times, min_size=4, max_size=4), st.lists(times, min_size=4, max_size=4))
def test_met_counts_what_was_reached_within_a_target(
    after: list[timedelta | None], allowed: list[timedelta | None]
) -> None:
    moments = [None if time is None else NOON + time for time in after]
    result = score(
        DrillFacts(
            declared_at=NOON,
            acknowledged_at=moments[0],
            contained_at=moments[1],
            first_update_at=moments[2],
            resolved_at=moments[3],
        ),
        DrillTargets(acknowledge=allowed[0], contain=allowed[1], first_update=allowed[2], resolve=allowed[3]),
    )
    pairs = zip(after, allowed, strict=True)
    assert result.met == sum(
        took is not None and target is not None and took <= target for took, target in pairs
    )
    assert len(result.counted) == sum(target is not None for target in allowed)
