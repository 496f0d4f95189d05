"""Runs for tests: one of each sort, and one in each state, led there by the real events."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from incidents import run_moves as moves
from incidents.approval import BreakGlass
from incidents.containment import Change, Effect, Plan, Risk, Verification
from incidents.run_states import RunState
from incidents.runs import Failure, Run

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(minutes=1)
UNTIL = NOON + timedelta(minutes=30)
PLAN = Plan(
    target="Deployment prod/agent",
    changes=(Change(what="replicas", before="6", after="0"),),
    state={"replicas": 6},
    inverse={"replicas": 6},
)
GOOD = Verification(verified=True, evidence=("0 of 6 pods ready",))
BAD = Verification(verified=False, evidence=("2 of 6 pods ready",))


def failure(effect: Effect = Effect.NONE) -> Failure:
    return Failure(failed="The cluster refused.", now="Nothing was changed.", then="Ask.", effect=effect)


def a_run(**changes: object) -> Run:
    fields: dict[str, object] = {
        "key": "cordon-inc-1-stop-agent-x",
        "incident_id": 1,
        "action": "stop-agent",
        "title": "Stop the agent",
        "command": "kubernetes_scale",
        "params": {"replicas": 0},
        "risk": Risk.HIGH,
        "requester": "U0BOB",
        "planned_at": NOON,
        "plan": PLAN,
    }
    return Run.model_validate({**fields, **changes})


EVENTS: MappingProxyType[str, Callable[[Run], Run]] = MappingProxyType(
    {
        "with_plan": lambda run: moves.with_plan(run, PLAN, LATER),
        "ask": lambda run: moves.ask(run, LATER),
        "agree": lambda run: moves.agree(run, "U0ANN", LATER),
        "agree to one's own": lambda run: moves.agree(run, run.requester, LATER),
        "approve": lambda run: moves.approve(run, UNTIL),
        "break the glass": lambda run: moves.approve(
            run, UNTIL, BreakGlass(by="U0ANN", at=LATER, reason="it leaks")
        ),
        "give_up": lambda run: moves.give_up(run, "U0ANN", LATER),
        "expire": lambda run: moves.expire(run, LATER),
        "outdate": lambda run: moves.outdate(run, failure(), LATER),
        "start": lambda run: moves.start(run, LATER, expires=timedelta(hours=1)),
        "look": moves.look,
        "seen": lambda run: moves.seen(run, GOOD, LATER),
        "seen bad": lambda run: moves.seen(run, BAD, LATER),
        "not_seen": lambda run: moves.not_seen(run, failure(Effect.DONE), LATER),
        "fail": lambda run: moves.fail(run, failure(), LATER),
        "fail halfway": lambda run: moves.fail(run, failure(Effect.PARTIAL), LATER),
        "lose": lambda run: moves.fail(run, failure(Effect.UNKNOWN), LATER),
        "did_not_happen": lambda run: moves.did_not_happen(run, "U0ANN", LATER),
        "undo": lambda run: moves.undo(run, "U0ANN"),
        "undone": lambda run: moves.undone(run, GOOD, LATER),
        "undone badly": lambda run: moves.undone(run, BAD, LATER),
        "not_undone": lambda run: moves.not_undone(run, failure(Effect.UNKNOWN)),
        "tell": lambda run: moves.tell(run, "waiting for 4 pods to end"),
    }
)
WAYS: MappingProxyType[RunState, tuple[str, ...]] = MappingProxyType(
    {
        RunState.PLANNED: (),
        RunState.WAITING_APPROVAL: ("ask",),
        RunState.APPROVED: ("approve",),
        RunState.RUNNING: ("approve", "start"),
        RunState.VERIFYING: ("approve", "start", "look"),
        RunState.VERIFIED: ("approve", "start", "look", "seen"),
        RunState.UNVERIFIED: ("approve", "start", "look", "seen bad"),
        RunState.FAILED: ("approve", "start", "fail"),
        RunState.IN_DOUBT: ("approve", "start", "lose"),
        RunState.STALE: ("approve", "outdate"),
        RunState.CANCELLED: ("give_up",),
        RunState.EXPIRED: ("expire",),
        RunState.REVERTING: ("approve", "start", "look", "seen", "undo"),
        RunState.REVERTED: ("approve", "start", "look", "seen", "undo", "undone"),
        RunState.REVERT_FAILED: ("approve", "start", "look", "seen", "undo", "not_undone"),
    }
)


def run_in(state: RunState, **changes: object) -> Run:
    """A run that came to this state by events."""
    run = a_run(**changes)
    for event in WAYS[state]:
        run = EVENTS[event](run)
    assert run.state is state
    return run
