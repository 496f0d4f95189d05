from datetime import datetime

import pytest

from bot.views import run_buttons
from incidents.approval import ApprovalRule, BreakGlassRule
from incidents.containment import Plan, Risk
from incidents.rights import Rule
from incidents.run_states import RunState
from incidents.runs import Run, StepOrder
from tests.bot.views.conftest import incident
from tests.incidents.runs_made import LATER, PLAN, UNTIL, a_run, run_in

FREE = ApprovalRule(risks=(Risk.HIGH,))
STRICT = ApprovalRule(risks=(Risk.HIGH,), approvals=1)


def names(run: Run, rule: ApprovalRule = FREE, now: datetime = LATER) -> list[str]:
    return [one["text"]["text"] for one in run_buttons.controls(incident(), run, rule, now)]


def test_a_plan_is_run_or_sent_for_approval() -> None:
    assert names(a_run()) == ["Run", "Cancel"]
    assert names(a_run(), STRICT) == ["Ask for approval", "Cancel"]
    lossy = PLAN.model_copy(update={"destroys_evidence": True})
    assert names(a_run(plan=lossy)) == ["Run", "Run without keeping evidence", "Cancel"]


def test_the_glass_can_be_broken_when_its_time_has_come_and_somebody_may() -> None:
    waiting = run_in(RunState.WAITING_APPROVAL)
    assert names(waiting, STRICT) == ["Approve", "Decline"]
    assert names(waiting, STRICT, UNTIL) == ["Approve", "Decline", "Run without approval…"]
    nobody = STRICT.model_copy(update={"break_glass": BreakGlassRule(who=Rule())})
    assert names(waiting, nobody, UNTIL) == ["Approve", "Decline"]


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        (RunState.RUNNING, []),
        (RunState.VERIFIED, ["Undo"]),
        (RunState.UNVERIFIED, ["Look again", "Undo"]),
        (RunState.IN_DOUBT, ["It did happen", "It did not happen", "Undo"]),
        (RunState.REVERT_FAILED, ["Undo"]),
        (RunState.REVERTED, []),
        (RunState.FAILED, []),
        (RunState.STALE, []),
    ],
)
def test_afterwards(state: RunState, shown: list[str]) -> None:
    assert names(run_in(state)) == shown


def test_what_has_no_way_back_has_no_undo_and_a_sequence_can_be_recovered_from() -> None:
    lasting = Plan(target="x", reversible=False)
    assert names(run_in(RunState.VERIFIED, plan=lasting)) == []
    order = StepOrder(stages=(("a",),))
    assert names(run_in(RunState.VERIFIED, order=order)) == ["Undo", "Recover step by step…"]
    assert names(run_in(RunState.VERIFIED, order=order, recovers=3)) == ["Undo"]


def test_undoing_asks_once_more_since_it_lets_go_what_was_contained() -> None:
    [undo] = run_buttons.controls(incident(), run_in(RunState.VERIFIED), FREE, LATER)
    assert "let go again" in undo["confirm"]["text"]["text"]
