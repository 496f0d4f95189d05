"""The buttons under a run: what somebody can do with it in its state. One of them is primary at most."""

from datetime import datetime, timedelta
from typing import Final

from bot.views import blocks
from incidents.approval import ApprovalRule
from incidents.incident import Incident
from incidents.rights import Rule
from incidents.run_states import RunState
from incidents.runs import Run

CONFIRM: Final = "run.confirm"
CONFIRM_WITHOUT: Final = "run.confirm_without_evidence"
CANCEL: Final = "run.cancel"
APPROVE: Final = "run.approve"
BREAK_GLASS: Final = "run.break_glass"
UNDO: Final = "run.undo"
RECOVER: Final = "run.recover"
LOOK: Final = "run.look"
HAPPENED: Final = "run.happened"
NOTHING: Final = "run.nothing"


def controls(incident: Incident, run: Run, rule: ApprovalRule, now: datetime) -> list[blocks.Block]:
    """The buttons, most important first; none when nothing can be done."""
    if run.state is RunState.PLANNED:
        return _planned(incident, run, rule)
    if run.state is RunState.WAITING_APPROVAL:
        return _waiting(incident, run, rule, now)
    if run.state is RunState.IN_DOUBT:
        return _in_doubt(incident, run)
    looks = run.state is RunState.UNVERIFIED
    again = [_button("Look again", LOOK, incident, run, style="primary")] if looks else []
    return [*again, *(_afterwards(incident, run) if run.state in _OVER else [])]


_OVER: Final = frozenset({RunState.VERIFIED, RunState.UNVERIFIED, RunState.FAILED, RunState.REVERT_FAILED})


def _planned(incident: Incident, run: Run, rule: ApprovalRule) -> list[blocks.Block]:
    free = rule.approvals == 0
    first = _button("Run" if free else "Ask for approval", CONFIRM, incident, run, style="primary")
    keeps = free and run.plan is not None and run.plan.destroys_evidence and run.order is None
    without = [_button("Run without keeping evidence", CONFIRM_WITHOUT, incident, run)] if keeps else []
    return [first, *without, _button("Cancel", CANCEL, incident, run)]


def _waiting(incident: Incident, run: Run, rule: ApprovalRule, now: datetime) -> list[blocks.Block]:
    shown = [
        _button("Approve", APPROVE, incident, run, style="primary"),
        _button("Decline", CANCEL, incident, run),
    ]
    glass = rule.break_glass
    opens = (run.asked_at or now) + timedelta(minutes=glass.after_minutes)
    if glass.who != Rule() and now >= opens:
        shown.append(_button("Run without approval…", BREAK_GLASS, incident, run, style="danger"))
    return shown


def _in_doubt(incident: Incident, run: Run) -> list[blocks.Block]:
    return [
        _button("It did happen", HAPPENED, incident, run),
        _button("It did not happen", NOTHING, incident, run),
        *_undo(incident, run),
    ]


def _afterwards(incident: Incident, run: Run) -> list[blocks.Block]:
    shown = _undo(incident, run)
    if run.order is not None and run.recovers is None and run.has_effect:
        shown.append(_button("Recover step by step…", RECOVER, incident, run))
    return shown


def _undo(incident: Incident, run: Run) -> list[blocks.Block]:
    if not run.may_undo:
        return []
    ask = f"{run.title}: what this contained is let go again."
    return [blocks.button("Undo", UNDO, f"{incident.id}:{run.id}", label=f"Undo: {run.title}", ask=ask)]


def _button(
    text: str, action_id: str, incident: Incident, run: Run, *, style: str | None = None
) -> blocks.Block:
    value = f"{incident.id}:{run.id}"
    return blocks.button(text, action_id, value, style=style, label=f"{text}: {run.title}")
