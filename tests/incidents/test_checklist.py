from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.checklist import (
    REASON_LIMIT,
    ChecklistItem,
    ChecklistPhase,
    ItemState,
    Move,
    Verdict,
    assigned,
    judge,
    moved,
)
from incidents.errors import NotUnderstoodError

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
OPEN, DONE, SKIPPED = ItemState.OPEN, ItemState.DONE, ItemState.SKIPPED
DO, UNDO, SKIP = Move.DO, Move.UNDO, Move.SKIP
APPLY, ALREADY, STALE = Verdict.APPLY, Verdict.ALREADY, Verdict.STALE


def _item(state: ItemState = OPEN, **more: object) -> ChecklistItem:
    settled = {} if state is OPEN else {"by": "U1", "at": NOW}
    return ChecklistItem.model_validate(
        {"id": 1, "phase_id": 1, "position": 0, "text": "Turn it off", "state": state, **settled, **more}
    )


def _phase(*items: ChecklistItem, **more: object) -> ChecklistPhase:
    return ChecklistPhase.model_validate(
        {"id": 1, "incident_id": 1, "position": 0, "title": "Contain", "items": items, **more}
    )


@pytest.mark.parametrize(
    ("state", "move", "same", "older", "unknown"),
    [
        (OPEN, DO, APPLY, APPLY, APPLY),
        (OPEN, SKIP, APPLY, APPLY, APPLY),
        (OPEN, UNDO, ALREADY, ALREADY, ALREADY),
        (DONE, DO, ALREADY, ALREADY, ALREADY),
        (DONE, SKIP, STALE, STALE, STALE),
        (DONE, UNDO, APPLY, STALE, APPLY),
        (SKIPPED, DO, STALE, STALE, STALE),
        (SKIPPED, SKIP, ALREADY, ALREADY, ALREADY),
        (SKIPPED, UNDO, APPLY, STALE, APPLY),
    ],
)
def test_what_a_press_means(
    state: ItemState, move: Move, same: Verdict, older: Verdict, unknown: Verdict
) -> None:
    item = _item(state, version=3)
    assert judge(item, move, 3) is same
    assert judge(item, move, 2) is older
    assert judge(item, move, 4) is older
    assert judge(item, move, None) is unknown


@pytest.mark.parametrize(
    ("move", "state", "by", "at"),
    [(DO, DONE, "U2", NOW), (SKIP, SKIPPED, "U2", NOW), (UNDO, OPEN, None, None)],
)
def test_a_move_says_who_and_when_unless_it_takes_back(
    move: Move, state: ItemState, by: str | None, at: datetime | None
) -> None:
    before = _item(DONE, version=4, assignee="U3", reason="")
    after = moved(before, move, by="U2", at=NOW, reason="broken" if move is SKIP else "")
    assert (after.state, after.by, after.at, after.version) == (state, by, at, 5)
    assert (after.assignee, after.text, after.id) == ("U3", before.text, before.id)
    assert before.version == 4


@pytest.mark.parametrize("reason", ["", "   ", "\n\t"])
def test_a_skip_has_a_reason(reason: str) -> None:
    with pytest.raises(NotUnderstoodError, match="Say why it is skipped, such as"):
        moved(_item(), SKIP, by="U2", at=NOW, reason=reason)


def test_a_reason_is_trimmed_and_cut() -> None:
    skipped = moved(_item(), SKIP, by="U2", at=NOW, reason="  " + "x" * 400 + "  ")
    assert skipped.reason == "x" * REASON_LIMIT


def test_taking_a_skip_back_forgets_its_reason() -> None:
    skipped = moved(_item(), SKIP, by="U2", at=NOW, reason="broken")
    assert moved(skipped, UNDO, by="U2", at=NOW).reason == ""


@pytest.mark.parametrize("to", ["U9", None])
def test_an_item_is_given_to_a_person_or_to_nobody(to: str | None) -> None:
    item = assigned(_item(assignee="U1", version=1), to)
    assert (item.assignee, item.version, item.state) == (to, 2, OPEN)


@given(st.lists(st.tuples(st.sampled_from(Move), st.integers(-1, 1)), max_size=12))
def test_a_press_that_is_applied_leads_where_it_says_and_no_old_undo_takes_back_a_newer_deed(
    presses: list[tuple[Move, int]],
) -> None:
    target = {DO: DONE, UNDO: OPEN, SKIP: SKIPPED}
    item = _item()
    for move, offset in presses:
        seen = item.version + offset
        verdict = judge(item, move, seen)
        assert (verdict is ALREADY) == (item.state is target[move])
        if move is UNDO and seen != item.version:
            assert verdict is not APPLY
        if verdict is APPLY:
            after = moved(item, move, by="U2", at=NOW, reason="why")
            assert (after.state, after.version) == (target[move], item.version + 1)
            item = after


def test_a_phase_counts_what_is_settled() -> None:
    phase = _phase(_item(DONE), _item(SKIPPED), _item(OPEN))
    assert (phase.settled, phase.is_complete, phase.completed_at) == (2, False, None)


def test_a_phase_is_complete_with_its_last_item() -> None:
    phase = _phase(_item(DONE, at=NOW + timedelta(minutes=2)), _item(SKIPPED, at=NOW))
    assert phase.is_complete
    assert phase.completed_at == NOW + timedelta(minutes=2)


def test_a_phase_without_items_is_complete_and_never_was_completed() -> None:
    assert _phase().is_complete
    assert _phase().completed_at is None


def test_a_budget_ends_so_long_after_the_declaration() -> None:
    assert _phase(starts_minute=2, ends_minute=4).due_at(NOW) == NOW + timedelta(minutes=4)
    assert _phase().due_at(NOW) is None
