import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.action_answers import Ask
from incidents.action_catalog import RecoveryStep, Way
from incidents.actions import Action, OnFailure
from incidents.containment import Effect, Risk
from incidents.run_states import RunState
from incidents.runs import Run, StepOrder
from incidents.sequences import (
    Course,
    course,
    failure_of,
    order_of,
    plan_of,
    recovery_order,
    step_of,
    undo_order,
)
from tests.incidents.runs_made import NOON, PLAN, a_run, run_in

S = RunState
ORDERED = StepOrder(stages=(("a",), ("b", "c"), ("d",)))
GOING_ON = ORDERED.model_copy(update={"on_failure": OnFailure.CONTINUE})
BACK = recovery_order(
    [
        RecoveryStep("a", Way.REVERT),
        RecoveryStep("w", Way.WATCH),
        RecoveryStep("b", Way.RUN),
        RecoveryStep("w", Way.WATCH),
    ]
)


@pytest.mark.parametrize(
    ("order", "states", "expected"),
    [
        (ORDERED, {}, Course(start=(0,))),
        (ORDERED, {0: S.RUNNING}, Course(waiting=True)),
        (ORDERED, {0: S.VERIFYING}, Course(waiting=True)),
        (ORDERED, {0: S.VERIFIED}, Course(start=(1, 2))),
        (ORDERED, {0: S.VERIFIED, 1: S.RUNNING}, Course(start=(2,), waiting=True)),
        (ORDERED, {0: S.VERIFIED, 1: S.FAILED, 2: S.RUNNING}, Course(waiting=True)),
        (ORDERED, {0: S.VERIFIED, 1: S.FAILED, 2: S.VERIFIED}, Course(outcome=S.FAILED)),
        (ORDERED, {0: S.UNVERIFIED}, Course(outcome=S.UNVERIFIED)),
        (ORDERED, {0: S.IN_DOUBT}, Course(outcome=S.IN_DOUBT)),
        (ORDERED, {0: S.STALE}, Course(outcome=S.FAILED)),
        (ORDERED, dict.fromkeys(range(4), S.VERIFIED), Course(outcome=S.VERIFIED)),
        (GOING_ON, {0: S.FAILED}, Course(start=(1, 2))),
        (GOING_ON, {0: S.FAILED, 1: S.IN_DOUBT, 2: S.VERIFIED, 3: S.VERIFIED}, Course(outcome=S.IN_DOUBT)),
        (GOING_ON, {0: S.FAILED, 1: S.VERIFIED, 2: S.VERIFIED, 3: S.RUNNING}, Course(waiting=True)),
        (BACK, {0: S.VERIFIED}, Course(start=(1,))),
        (BACK, {0: S.VERIFIED, 1: S.UNVERIFIED}, Course(outcome=S.UNVERIFIED, contain_again=(0,))),
        (
            BACK,
            {0: S.VERIFIED, 1: S.VERIFIED, 2: S.VERIFIED, 3: S.FAILED},
            Course(outcome=S.FAILED, contain_again=(2, 0)),
        ),
        (BACK, {0: S.VERIFIED, 1: S.VERIFIED, 2: S.STALE}, Course(outcome=S.FAILED, contain_again=(0,))),
    ],
)  # fmt: skip
def test_what_comes_next(order: StepOrder, states: dict[int, RunState], expected: Course) -> None:
    assert course(order, states) == expected


@st.composite
def orders(draw: st.DrawFn) -> StepOrder:
    stages = draw(st.lists(st.lists(st.just("x"), min_size=1, max_size=3), min_size=1, max_size=4))
    return StepOrder(
        stages=tuple(tuple(stage) for stage in stages), on_failure=draw(st.sampled_from(OnFailure))
    )


@given(order=orders(), data=st.data())
def test_a_sequence_ends_and_starts_each_step_once_in_order(order: StepOrder, data: st.DataObject) -> None:
    states: dict[int, RunState] = {}
    settled = st.sampled_from([S.VERIFIED, S.FAILED, S.UNVERIFIED, S.IN_DOUBT])
    stage_of = [number for number, stage in enumerate(order.stages) for _ in stage]
    for _ in range(50):
        now = course(order, states)
        if now.outcome is not None:
            break
        assert now.start or now.waiting
        for position in now.start:
            assert position not in states
            before = [states[one] for one in range(position) if stage_of[one] < stage_of[position]]
            assert order.on_failure is OnFailure.CONTINUE or set(before) <= {S.VERIFIED}
            states[position] = S.RUNNING
        under_way = sorted(at for at, state in states.items() if state is S.RUNNING)
        states[data.draw(st.sampled_from(under_way))] = data.draw(settled)
    outcome = course(order, states).outcome
    assert outcome is not None
    everything_worked = len(states) == len(order.names) and set(states.values()) == {S.VERIFIED}
    assert (outcome is S.VERIFIED) is everything_worked
    if order.on_failure is OnFailure.CONTINUE:
        assert len(states) == len(order.names)


def test_an_order_is_kept_with_its_run() -> None:
    action = Action(title="All off", sequence=("a", "b"), on_failure=OnFailure.CONTINUE)
    order = order_of(action, (("a",), ("b",)))
    assert (order.names, order.on_failure, order.recovery) == (("a", "b"), OnFailure.CONTINUE, False)
    assert (BACK.names, BACK.recovery, BACK.watches) == (("a", "w", "b", "w"), True, frozenset({1, 3}))
    assert StepOrder.model_validate(BACK.model_dump(mode="json")) == BACK


def test_a_sequences_plan_is_its_steps_plans() -> None:
    lasting = PLAN.model_copy(
        update={
            "reversible": False,
            "irreversible_because": "the queue is emptied",
            "destroys_evidence": True,
        }
    )
    plan = plan_of("sequence kill-switch", [("Stop", PLAN), ("Drain", lasting)])
    assert plan.changes == PLAN.changes * 2
    assert (plan.reversible, plan.destroys_evidence) == (True, True)
    assert plan.warnings == ("“Drain” can't be undone: the queue is emptied.",)
    assert plan.holds(plan_of("sequence kill-switch", [("Stop", PLAN), ("Drain", lasting)]))
    moved = PLAN.model_copy(update={"state": {"replicas": 3}})
    assert not plan.holds(plan_of("sequence kill-switch", [("Stop", moved), ("Drain", lasting)]))
    assert not plan_of("x", [("Drain", lasting)]).reversible


def child(position: int, state: RunState, title: str) -> Run:
    return run_in(state, position=position, title=title, parent_id=1)


def test_a_sequence_that_stopped_says_what_is_done_and_what_is_missing() -> None:
    parent = a_run(title="Kill switch", command=None, order=ORDERED)
    children = [
        child(0, S.VERIFIED, "Tools off"),
        child(1, S.FAILED, "Revoke keys"),
        child(2, S.VERIFIED, "Drain"),
    ]
    failure = failure_of(parent, children)
    assert failure.failed == "“Revoke keys” is not done: it failed."
    assert failure.now == "Done and verified: “Tools off”, “Drain”. 1 step was not started."
    assert failure.effect is Effect.PARTIAL
    assert undo_order(children) == (2, 0)
    assert failure_of(parent, [child(0, S.FAILED, "Tools off")]).effect is Effect.NONE
    assert failure_of(parent, [child(0, S.IN_DOUBT, "Tools off")]).effect is Effect.UNKNOWN


def test_a_recovery_that_meets_the_problem_again_says_to_contain_again() -> None:
    parent = a_run(title="Recovery", command=None, order=BACK)
    met = failure_of(parent, [child(0, S.VERIFIED, "Agent on"), child(1, S.UNVERIFIED, "Watch")])
    assert met.then.startswith("The problem came back: contain again.")
    stopped = failure_of(parent, [child(0, S.FAILED, "Agent on")])
    assert stopped.then.startswith("Recovery has stopped.")


def test_a_step_is_its_sequences_and_has_parameters_of_its_own() -> None:
    parent = a_run(id=7, title="Kill switch", command=None, order=ORDERED, reason="it leaks")
    pause = Action(title="Pause", command="http_request", params={"url": "u"}, ask={"ids": Ask(label="Ids")})
    step = step_of(parent, 2, pause, answers={"ids": "a", "url": "evil"}, key="k2", at=NOON)
    assert (step.action, step.parent_id, step.position, step.requester) == ("c", 7, 2, "U0BOB")
    assert (step.command, step.params, step.risk) == ("http_request", {"url": "u", "ids": "a"}, Risk.HIGH)
    assert (step.plan, step.state, step.order) == (None, S.PLANNED, None)
