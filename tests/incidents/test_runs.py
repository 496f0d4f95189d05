import pytest

from incidents.containment import ActionError, Effect
from incidents.run_states import RunState
from incidents.runs import Failure, run_key
from tests.incidents.runs_made import EVENTS, a_run, failure, run_in

S = RunState


def test_a_key_is_plain_and_short_for_the_longest_names() -> None:
    assert run_key("INC-42", "stop-agent", "3F9c") == "cordon-inc-42-stop-agent-3f9c"
    assert len(run_key(f"INC-{10**9}", "a" * 63, "0" * 12)) < 128
    assert run_key("INC-1", "a/../b", "x\n") == "cordon-inc-1-ab-x"


@pytest.mark.parametrize("state", RunState)
def test_what_may_be_undone(state: RunState) -> None:
    expected = state in {S.VERIFIED, S.UNVERIFIED, S.IN_DOUBT, S.REVERT_FAILED}
    assert run_in(state).may_undo is expected


@pytest.mark.parametrize("effect", Effect)
def test_a_failure_that_changed_something_may_be_undone(effect: Effect) -> None:
    run = run_in(S.RUNNING)
    failed = EVENTS["fail"](run).model_copy(update={"failure": failure(effect)})
    assert failed.may_undo is failed.has_effect is (effect is not Effect.NONE)


@pytest.mark.parametrize("state", RunState)
def test_when_somebody_must_look(state: RunState) -> None:
    waiting = {S.WAITING_APPROVAL, S.STALE, S.UNVERIFIED, S.IN_DOUBT, S.FAILED, S.REVERT_FAILED}
    assert run_in(state).needs_person is (state in waiting)


@pytest.mark.parametrize("state", RunState)
def test_what_has_not_started_or_is_taken_back_has_no_effect(state: RunState) -> None:
    nothing = {
        S.PLANNED,
        S.WAITING_APPROVAL,
        S.APPROVED,
        S.STALE,
        S.CANCELLED,
        S.EXPIRED,
        S.REVERTED,
        S.FAILED,
    }
    assert run_in(state).has_effect is (state not in nothing)


def test_an_error_is_kept_as_it_was_told() -> None:
    error = ActionError("It failed.", now="Half is done.", then="Look.", effect=Effect.PARTIAL)
    assert Failure.of(error) == Failure(
        failed="It failed.", now="Half is done.", then="Look.", effect=Effect.PARTIAL
    )


def test_an_action_is_named_in_quotes() -> None:
    assert a_run().named == "“Stop the agent”"
