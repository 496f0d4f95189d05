import pytest

from incidents.run_states import ACTIVE, FINAL, MOVES, WAITING, RunState
from tests.incidents.runs_made import run_in


def test_every_state_is_reached_and_every_move_leads_to_a_state() -> None:
    assert set(MOVES) == set(RunState)
    reached = {RunState.PLANNED}.union(*MOVES.values())
    assert reached == set(RunState)
    assert {RunState.STALE, RunState.CANCELLED, RunState.EXPIRED, RunState.REVERTED} == FINAL


def test_what_has_started_is_never_approved_again() -> None:
    after, todo = set(), [RunState.RUNNING]
    while todo:
        state = todo.pop()
        after.add(state)
        todo += MOVES[state] - after
    assert not after & WAITING


@pytest.mark.parametrize("state", RunState)
def test_the_state_in_words_and_what_it_means(state: RunState) -> None:
    run = run_in(state)
    assert "_" not in state.words
    assert run.is_active is (state in ACTIVE)
    assert run.is_final is (state in FINAL)
    assert not (run.is_active and run.is_final)
