"""Every event from every state, and what no order of events may bring about."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents import run_moves as moves
from incidents.containment import Effect
from incidents.errors import IllegalMoveError
from incidents.run_states import FINAL, MOVES, RunState
from incidents.runs import Run, Snapshot, SnapshotState
from tests.incidents.runs_made import BAD, EVENTS, LATER, NOON, PLAN, UNTIL, a_run, failure, run_in

S = RunState
LEGAL = {
    "with_plan": {S.PLANNED: S.PLANNED},
    "ask": {S.PLANNED: S.WAITING_APPROVAL},
    "agree": {S.WAITING_APPROVAL: S.WAITING_APPROVAL},
    "agree to one's own": {},
    "approve": {S.PLANNED: S.APPROVED, S.WAITING_APPROVAL: S.APPROVED},
    "break the glass": {S.PLANNED: S.APPROVED, S.WAITING_APPROVAL: S.APPROVED},
    "give_up": dict.fromkeys((S.PLANNED, S.WAITING_APPROVAL, S.APPROVED), S.CANCELLED),
    "expire": dict.fromkeys((S.PLANNED, S.WAITING_APPROVAL, S.APPROVED), S.EXPIRED),
    "outdate": dict.fromkeys((S.PLANNED, S.WAITING_APPROVAL, S.APPROVED, S.RUNNING), S.STALE),
    "start": {S.APPROVED: S.RUNNING},
    "look": dict.fromkeys((S.RUNNING, S.VERIFIED, S.UNVERIFIED, S.IN_DOUBT), S.VERIFYING),
    "seen": {S.VERIFYING: S.VERIFIED},
    "seen bad": {S.VERIFYING: S.UNVERIFIED},
    "not_seen": {S.VERIFYING: S.UNVERIFIED},
    "fail": {S.RUNNING: S.FAILED},
    "fail halfway": {S.RUNNING: S.FAILED},
    "lose": {S.RUNNING: S.IN_DOUBT},
    "did_not_happen": {S.IN_DOUBT: S.FAILED},
    "undo": dict.fromkeys((S.VERIFIED, S.UNVERIFIED, S.IN_DOUBT, S.REVERT_FAILED), S.REVERTING),
    "undone": {S.REVERTING: S.REVERTED},
    "undone badly": {S.REVERTING: S.REVERT_FAILED},
    "not_undone": {S.REVERTING: S.REVERT_FAILED},
    "tell": {state: state for state in (S.RUNNING, S.VERIFYING, S.REVERTING)},
}


@pytest.mark.parametrize("state", RunState)
@pytest.mark.parametrize("event", EVENTS)
def test_each_event_from_each_state(event: str, state: RunState) -> None:
    run = run_in(state)
    to = LEGAL[event].get(state)
    if to is None:
        with pytest.raises(IllegalMoveError) as caught:
            EVENTS[event](run)
        assert "“Stop the agent”" in str(caught.value)
        assert "_" not in str(caught.value)
    else:
        after = EVENTS[event](run)
        assert (after.state, after.version) == (to, run.version + 1)


@pytest.mark.parametrize(
    ("event", "state", "sentence"),
    [
        (
            "start",
            S.RUNNING,
            "“Stop the agent” is running already, started by <@U0BOB>, so it can't be started.",
        ),
        (
            "give_up",
            S.RUNNING,
            "“Stop the agent” is running already, started by <@U0BOB>, so it can't be cancelled.",
        ),
        (
            "start",
            S.WAITING_APPROVAL,
            "“Stop the agent” is waiting for approval, asked for by <@U0BOB>, so it can't",
        ),
        ("start", S.CANCELLED, "“Stop the agent” is cancelled, by <@U0ANN>. Press Run to plan it anew."),
        (
            "start",
            S.EXPIRED,
            "“Stop the agent” is expired: it was not run in time. Press Run to plan it anew.",
        ),
        ("undo", S.REVERTED, "“Stop the agent” is undone, by <@U0ANN>. Press Run to plan it anew."),
        ("undo", S.FAILED, "“Stop the agent” changed nothing, so there is nothing to undo."),
        (
            "agree to one's own",
            S.WAITING_APPROVAL,
            "You asked for “Stop the agent” yourself, so somebody else must",
        ),
    ],
)
def test_a_refusal_says_where_it_stands(event: str, state: RunState, sentence: str) -> None:
    with pytest.raises(IllegalMoveError) as caught:
        EVENTS[event](run_in(state))
    assert str(caught.value).startswith(sentence)


def test_an_operator_of_the_command_line_is_named_without_markup() -> None:
    with pytest.raises(IllegalMoveError, match="started by ann!channel, so"):
        EVENTS["start"](run_in(S.RUNNING, requester="ann<!channel>"))


def test_nothing_is_approved_without_a_plan() -> None:
    for event in ("ask", "approve"):
        with pytest.raises(IllegalMoveError, match="has no plan yet"):
            EVENTS[event](a_run(plan=None))
    assert moves.approve(moves.with_plan(a_run(plan=None), PLAN, NOON), UNTIL).plan == PLAN


def test_an_old_approval_starts_nothing() -> None:
    approved = run_in(S.APPROVED)
    with pytest.raises(IllegalMoveError, match="ended at 12:30 UTC"):
        moves.start(approved, UNTIL)
    assert moves.start(moves.approve(a_run(), None), UNTIL).state is S.RUNNING


def test_it_is_undone_by_itself_only_when_it_did_something() -> None:
    running = moves.start(run_in(S.APPROVED), LATER, expires=timedelta(hours=1))
    assert running.reverts_at == LATER + timedelta(hours=1)
    assert moves.fail(running, failure(), LATER).reverts_at is None
    assert moves.fail(running, failure(Effect.PARTIAL), LATER).reverts_at == running.reverts_at
    assert moves.undo(run_in(S.VERIFIED), "cordon").reverts_at is None


def test_what_can_not_be_undone_says_why() -> None:
    plan = PLAN.model_copy(update={"reversible": False, "irreversible_because": "the queue is emptied"})
    run = run_in(S.VERIFIED, plan=plan)
    assert not run.may_undo
    with pytest.raises(IllegalMoveError, match=r"can't be undone: the queue is emptied\."):
        moves.undo(run, "U1")


def test_an_undoing_that_is_not_seen_has_failed() -> None:
    run = moves.undone(run_in(S.REVERTING), BAD, LATER)
    assert run.failure is not None
    assert run.failure.now == "Seen now: 2 of 6 pods ready."
    assert (run.revert_verification, run.may_undo) == (BAD, True)


def test_the_evidence_is_settled_once() -> None:
    skipped = Snapshot(state=SnapshotState.SKIPPED, why="U0BOB said it can't wait")
    run = moves.with_snapshot(run_in(S.APPROVED), skipped)
    for other in (run, run_in(S.PLANNED), run_in(S.VERIFIED)):
        with pytest.raises(IllegalMoveError, match="evidence before “Stop the agent” is settled"):
            moves.with_snapshot(other, skipped)


def apply(run: Run, event: str) -> Run:
    try:
        return EVENTS[event](run)
    except IllegalMoveError:
        return run


@given(st.lists(st.sampled_from(sorted(EVENTS)), max_size=40))
def test_in_no_order_of_events_is_anything_done_twice_or_a_final_state_left(events: list[str]) -> None:
    run, started = a_run(), 0
    for event in events:
        after = apply(run, event)
        assert after is run or after.version == run.version + 1
        assert after.state is run.state or after.state in MOVES[run.state]
        if run.state in FINAL:
            assert after is run
        started += after.state is S.RUNNING and run.state is not S.RUNNING
        assert run.requester not in {one.by for one in after.approvals}
        assert len({one.by for one in after.approvals}) == len(after.approvals)
        assert (after.started_at is not None) is (started == 1)
        assert after.may_undo is (apply(after, "undo") is not after)
        run = after
    assert started <= 1
    assert Run.model_validate(run.model_dump(mode="json")) == run
