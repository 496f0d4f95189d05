"""The events of a run's life: each takes a run and gives the next, or says in words why there is no such move.

What the states mean is `runs.py`; who may do it is `approval.py`; doing it is the commands' and the journal's.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from incidents.approval import Approval, BreakGlass
from incidents.containment import Effect, Plan, Verification
from incidents.errors import IllegalMoveError
from incidents.rights import mention
from incidents.run_states import FINAL, MOVES, WAITING, RunState
from incidents.runs import Failure, Run, Snapshot

# --- before it acts ------------------------------------------------------------------------------------


def with_plan(run: Run, plan: Plan, at: datetime) -> Run:
    """The run with its plan, or a newer one; only as long as nobody has been asked to approve it.

    Raises:
        IllegalMoveError: it is past that.
    """
    if run.state is not RunState.PLANNED:
        raise _refused(run, "planned anew")
    return _changed(run, plan=plan, planned_at=at)


def ask(run: Run, at: datetime) -> Run:
    """The run waiting for somebody's approval.

    Raises:
        IllegalMoveError: it is past that, or has no plan yet.
    """
    _check_planned(run)
    return _moved(run, RunState.WAITING_APPROVAL, "sent for approval", asked_at=at)


def agree(run: Run, by: str, at: datetime) -> Run:
    """The run with one more approval, still waiting; `approve` follows when there are enough.

    Raises:
        IllegalMoveError: it does not wait for approval, or the requester approves.
    """
    if run.state is not RunState.WAITING_APPROVAL:
        raise _refused(run, "approved")
    if by == run.requester:
        raise IllegalMoveError(f"You asked for {run.named} yourself, so somebody else must approve it.")
    others = tuple(one for one in run.approvals if one.by != by)
    return _changed(run, approvals=(*others, Approval(by=by, at=at)))


def approve(run: Run, until: datetime | None, break_glass: BreakGlass | None = None) -> Run:
    """The run free to start until a moment, as the policy's verdict says; None for a step, which its sequence lets start.

    Raises:
        IllegalMoveError: it is past that, or has no plan yet.
    """
    _check_planned(run)
    glass = break_glass or run.break_glass
    return _moved(run, RunState.APPROVED, "approved", approved_until=until, break_glass=glass)


def give_up(run: Run, by: str, at: datetime) -> Run:
    """The run called off before it did anything.

    Raises:
        IllegalMoveError: it has started, or is over.
    """
    return _moved(run, RunState.CANCELLED, "cancelled", cancelled_by=by, finished_at=at)


def expire(run: Run, at: datetime) -> Run:
    """The run that nobody approved or started in time.

    Raises:
        IllegalMoveError: it has started, or is over.
    """
    return _moved(run, RunState.EXPIRED, "expired", finished_at=at)


def outdate(run: Run, failure: Failure, at: datetime) -> Run:
    """The run whose plan does not hold any more; nothing was done, and a new run must be planned and shown.

    Raises:
        IllegalMoveError: it has gone past execution, or is over.
    """
    return _moved(
        run, RunState.STALE, "set aside", failure=failure, finished_at=at, reverts_at=None, progress=""
    )


def with_snapshot(run: Run, snapshot: Snapshot) -> Run:
    """The run with what became of the evidence, once, before or while it runs.

    Raises:
        IllegalMoveError: it does not run, or that is settled.
    """
    if run.state not in {RunState.APPROVED, RunState.RUNNING} or run.snapshot is not None:
        raise IllegalMoveError(f"The evidence before {run.named} is settled; it is {run.state.words}.")
    return _changed(run, snapshot=snapshot)


# --- acting --------------------------------------------------------------------------------------------


def start(run: Run, at: datetime, *, expires: timedelta | None = None) -> Run:
    """The run that acts from now on; undone by itself after `expires`.

    Raises:
        IllegalMoveError: it is not approved, or its approval is too old.
    """
    if run.state is RunState.APPROVED and run.approved_until is not None and at >= run.approved_until:
        raise IllegalMoveError(
            f"The approval of {run.named} ended at {run.approved_until:%H:%M} UTC. Press Run again and ask anew."
        )
    return _moved(
        run, RunState.RUNNING, "started", started_at=at, reverts_at=None if expires is None else at + expires
    )


def tell(run: Run, progress: str) -> Run:
    """The run with a few words about what is happening.

    Raises:
        IllegalMoveError: nothing is happening.
    """
    if run.state not in {RunState.RUNNING, RunState.VERIFYING, RunState.REVERTING}:
        raise _refused(run, "under way")
    return _changed(run, progress=progress)


def look(run: Run) -> Run:
    """The run whose effect is being looked at: after acting, or once more later.

    Raises:
        IllegalMoveError: it has not acted, or is being undone.
    """
    return _moved(run, RunState.VERIFYING, "verified", progress="", failure=None)


def seen(run: Run, verification: Verification, at: datetime) -> Run:
    """The run after its effect was looked at: verified, or unverified.

    Raises:
        IllegalMoveError: nobody is looking.
    """
    state = RunState.VERIFIED if verification.verified else RunState.UNVERIFIED
    return _moved(run, state, "verified", verification=verification, finished_at=at, progress="")


def not_seen(run: Run, failure: Failure, at: datetime) -> Run:
    """The run whose effect could not be looked at.

    Raises:
        IllegalMoveError: nobody is looking.
    """
    return _moved(run, RunState.UNVERIFIED, "verified", failure=failure, finished_at=at, progress="")


def fail(run: Run, failure: Failure, at: datetime) -> Run:
    """The run that did not work; in doubt where nobody knows whether it did.

    Raises:
        IllegalMoveError: it is not running.
    """
    if run.state is not RunState.RUNNING:
        raise _refused(run, "failed")
    changes: dict[str, Any] = {"failure": failure, "progress": ""}
    if failure.effect is Effect.UNKNOWN:
        return _moved(run, RunState.IN_DOUBT, "failed", **changes)
    reverts_at = None if failure.effect is Effect.NONE else run.reverts_at
    return _moved(run, RunState.FAILED, "failed", finished_at=at, reverts_at=reverts_at, **changes)


def did_not_happen(run: Run, by: str, at: datetime) -> Run:
    """A run in doubt of which somebody has seen that it did nothing.

    Raises:
        IllegalMoveError: it is not in doubt.
    """
    if run.state is not RunState.IN_DOUBT:
        raise _refused(run, "settled")
    failure = Failure(
        failed=f"{run.named} did not happen.",
        now=f"{mention(by)} looked: nothing was changed.",
        then="Press Run again if it is still needed.",
    )
    return _moved(run, RunState.FAILED, "settled", failure=failure, finished_at=at, reverts_at=None)


# --- taking it back ------------------------------------------------------------------------------------


def undo(run: Run, by: str) -> Run:
    """The run being taken back.

    Raises:
        IllegalMoveError: there is nothing to take back, it can't be, or it is being done.
    """
    if run.plan is not None and not run.plan.reversible and RunState.REVERTING in MOVES[run.state]:
        why = run.plan.irreversible_because or "the action has no way back"
        raise IllegalMoveError(f"{run.named} can't be undone: {why}. Undo it by hand if it must be undone.")
    if run.state is RunState.FAILED and not run.has_effect:
        raise IllegalMoveError(f"{run.named} changed nothing, so there is nothing to undo.")
    return _moved(run, RunState.REVERTING, "undone", reverted_by=by, reverts_at=None, progress="")


def undone(run: Run, verification: Verification, at: datetime) -> Run:
    """The run taken back, seen to be as before; it is a failed undoing where that was not seen.

    Raises:
        IllegalMoveError: it is not being undone.
    """
    if verification.verified:
        changes = {"reverted_at": at, "revert_verification": verification, "progress": ""}
        return _moved(run, RunState.REVERTED, "undone", **changes)
    seen_now = "; ".join(verification.evidence) or "nothing shows that things are as they were"
    failure = Failure(
        failed=f"{run.named} was undone, but things are not seen to be as before.",
        now=f"Seen now: {seen_now}.",
        then="Look at the target, then press Undo again or put it right by hand.",
        effect=Effect.UNKNOWN,
    )
    failed = not_undone(run, failure)
    return failed.model_copy(update={"revert_verification": verification})


def not_undone(run: Run, failure: Failure) -> Run:
    """The run that could not be taken back; undoing may be tried again.

    Raises:
        IllegalMoveError: it is not being undone.
    """
    return _moved(run, RunState.REVERT_FAILED, "undone", failure=failure, progress="")


# --- what is legal -------------------------------------------------------------------------------------


def _check_planned(run: Run) -> None:
    if run.plan is None and run.state in WAITING:
        raise IllegalMoveError(f"{run.named} has no plan yet. Wait until the plan is shown.")


def _changed(run: Run, **changes: Any) -> Run:  # noqa: ANN401 - fields of any type
    return run.model_copy(update={**changes, "version": run.version + 1})


def _moved(run: Run, to: RunState, what: str, **changes: Any) -> Run:  # noqa: ANN401 - fields of any type
    if to not in MOVES[run.state]:
        raise _refused(run, what)
    return _changed(run, state=to, **changes)


def _refused(run: Run, what: str) -> IllegalMoveError:
    """Where the run stands, who brought it there, and what to do instead."""
    who = _WHO.get(run.state, "")
    by = f", {who.format(**_people(run))}" if who else ""
    if run.state in FINAL:
        return IllegalMoveError(f"{run.named} is {run.state.words}{by}. Press Run to plan it anew.")
    already = (
        " already" if run.started_at is not None and what in {"started", "approved", "cancelled"} else ""
    )
    return IllegalMoveError(f"{run.named} is {run.state.words}{already}{by}, so it can't be {what}.")


def _people(run: Run) -> Mapping[str, str]:
    return {
        "requester": mention(run.requester),
        "canceller": mention(run.cancelled_by or "cordon"),
        "undoer": mention(run.reverted_by or "cordon"),
    }


_WHO: Mapping[RunState, str] = {
    RunState.WAITING_APPROVAL: "asked for by {requester}",
    RunState.RUNNING: "started by {requester}",
    RunState.VERIFYING: "started by {requester}",
    RunState.VERIFIED: "started by {requester}",
    RunState.UNVERIFIED: "started by {requester}",
    RunState.FAILED: "started by {requester}",
    RunState.IN_DOUBT: "started by {requester}",
    RunState.CANCELLED: "by {canceller}",
    RunState.REVERTING: "by {undoer}",
    RunState.REVERTED: "by {undoer}",
    RunState.REVERT_FAILED: "tried by {undoer}",
}
