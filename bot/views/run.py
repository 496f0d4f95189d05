"""A run of an action as everybody sees it: its plan, who must agree, how far it is, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.views import blocks, mrkdwn, run_buttons
from incidents.approval import ApprovalRule, counted
from incidents.containment import Change, Risk, Verification
from incidents.crew import crew_of
from incidents.incident import Incident
from incidents.ports import Message
from incidents.rights import holders, mention
from incidents.run_states import WAITING, RunState
from incidents.runs import Run, SnapshotState

_TROUBLE: Final = frozenset(
    {
        RunState.UNVERIFIED,
        RunState.FAILED,
        RunState.IN_DOUBT,
        RunState.STALE,
        RunState.REVERT_FAILED,
    }
)
_SHOWN_CHANGES: Final = 12
_SHOWN_WARNINGS: Final = 6
_LINE: Final = 220
_RISKS: Final = {Risk.LOW: "risk: low", Risk.MEDIUM: "risk: medium", Risk.HIGH: "🔺 risk: high"}
MARKS: Final = {
    RunState.PLANNED: "🗒️",
    RunState.WAITING_APPROVAL: "✋",
    RunState.APPROVED: "⏳",
    RunState.RUNNING: "⏳",
    RunState.VERIFYING: "⏳",
    RunState.VERIFIED: "✅",
    RunState.UNVERIFIED: "⚠️",
    RunState.FAILED: "❌",
    RunState.IN_DOUBT: "❓",
    RunState.STALE: "♻️",
    RunState.CANCELLED: "🚫",
    RunState.EXPIRED: "⌛",
    RunState.REVERTING: "⏳",
    RunState.REVERTED: "⏪",
    RunState.REVERT_FAILED: "❌",
}


@dataclass(frozen=True)
class RunFacts:
    """What a run's message is drawn from; `steps` are a sequence's."""

    incident: Incident
    run: Run
    steps: Sequence[Run]
    rule: ApprovalRule
    now: datetime


def message(facts: RunFacts) -> Message:
    """The run as it stands."""
    run = facts.run
    drawn = [blocks.section(_head(run)), blocks.section(_body(facts))]
    if foot := _foot(run):
        drawn.append(blocks.context(foot))
    controls = run_buttons.controls(facts.incident, run, facts.rule, facts.now)
    if controls:
        drawn.append(blocks.actions(*controls))
    return Message(f"{facts.incident.key}: {run.title} is {run.state.words}", drawn)


def approval_wanted(incident: Incident, run: Run, rule: ApprovalRule) -> str:
    """Calls those who can approve, as markup."""
    crew = crew_of(incident)
    users = [holder.user for holder in crew.holders if holder.role in rule.approvers.roles]
    called = dict.fromkeys([*users, *sorted(rule.approvers.users)])
    who = " ".join(mrkdwn.user(user) for user in called if user != run.requester)
    return f"✋ {who} {_title(run)} needs your approval: {mention(run.requester)} asks for it. Its plan and the buttons stand in the message about it.".replace(
        "  ", " "
    )


def glass_broken(run: Run, called: Sequence[str]) -> str:
    """Tells everybody, loudly, that somebody went past the approvals."""
    who = " ".join(mrkdwn.user(user) for user in called[:15])
    glass = run.break_glass
    by, why = (mention(glass.by), glass.reason) if glass else ("somebody", "")
    return f"🚨 {who} {by} runs {_title(run)} *without approval*: {_text(why)}".replace("  ", " ")


def needs_somebody(run: Run) -> str:
    """Calls who asked for a run that did not end well."""
    return f"{MARKS[run.state]} {mention(run.requester)} {_title(run)} is {run.state.words}.\n{_failure(run)}"


def expires_soon(run: Run) -> str:
    """Warns that what was done is undone soon."""
    at = mrkdwn.at(run.reverts_at) if run.reverts_at else "soon"
    return f"⏰ {mention(run.requester)} {_title(run)} is undone by itself at {at}. If it must stay, run it again after that."


def did_not_expire(run: Run, reason: str) -> str:
    """Tells that what should have been undone by itself was not."""
    return f"⚠️ {mention(run.requester)} {_title(run)} should have been undone by itself, and was not: {_text(reason)} Undo it by its button or by hand."


# --- parts -----------------------------------------------------------------------------------------------


def _head(run: Run) -> str:
    plan = run.plan
    back = "can be undone" if plan and plan.reversible else "*can't be undone*"
    return f"{MARKS[run.state]} {_title(run)} · {_RISKS[run.risk]} · {back}\n{_said(run)}"


def _said(run: Run) -> str:
    """How it stands, in one line."""
    if run.state in _BUSY:
        return f"⏳ {_text(run.progress) or _BUSY[run.state]}{_by(run)}"
    if run.state is RunState.VERIFIED:
        return f"Verified{_took(run)}: {_evidence(run.verification)}{_by(run)}"
    if run.state is RunState.REVERTED:
        at = f" at {mrkdwn.at(run.reverted_at)}" if run.reverted_at else ""
        who = mention(run.reverted_by or "cordon")
        return f"Undone by {who}{at}: {_evidence(run.revert_verification)}"
    form = _SAID.get(run.state, "It is {words}{took} · {who}")
    return form.format(
        who=mention(run.requester),
        canceller=mention(run.cancelled_by or "cordon"),
        words=run.state.words,
        took=_took(run),
    )


_SAID: Final = {
    RunState.PLANNED: "Planned for {who}. *Nothing is changed yet.*",
    RunState.WAITING_APPROVAL: "{who} asks for approval. *Nothing is changed yet.*",
    RunState.CANCELLED: "Called off by {canceller}. Nothing was changed.",
}
_BUSY: Final = {
    RunState.APPROVED: "about to start…",
    RunState.RUNNING: "working…",
    RunState.VERIFYING: "looking whether it worked…",
    RunState.REVERTING: "undoing…",
}


def _body(facts: RunFacts) -> str:
    run = facts.run
    lines = [_failure(run)] if run.state in _TROUBLE else []
    if run.order is not None and run.state not in WAITING:
        lines += _steps(facts.run, facts.steps)
    else:
        lines += _changes(run)
    if run.state in WAITING and run.plan:
        lines += [f"⚠️ {_text(one)}" for one in run.plan.warnings[:_SHOWN_WARNINGS]]
        lines += [_first(run), _agree(facts)]
    return "\n".join(line for line in lines if line) or "Nothing to change."


def _changes(run: Run) -> list[str]:
    changes = run.plan.changes if run.plan else ()
    shown = [_change(one) for one in changes[:_SHOWN_CHANGES]]
    if len(changes) > _SHOWN_CHANGES:
        shown.append(f"… and {len(changes) - _SHOWN_CHANGES} more changes")
    if run.plan and changes and not run.plan.is_needed:
        shown.append("It is so already: running it only verifies that.")
    return shown


def _change(change: Change) -> str:
    return f"{_text(change.what)}: {_text(change.before)} → *{_text(change.after)}*"


def _steps(run: Run, steps: Sequence[Run]) -> list[str]:
    """Each step of a sequence in a line."""
    known = {step.position: step for step in steps}
    names = run.order.names if run.order else ()
    return [_step(known.get(position), name) for position, name in enumerate(names)]


def _step(step: Run | None, name: str) -> str:
    if step is None:
        return f"▫️ {_text(name)}"
    told = step.progress or "; ".join(step.verification.evidence if step.verification else ())
    if step.failure:
        told = step.failure.failed
    return f"{MARKS[step.state]} {_text(step.title)}{f': {_text(told)}' if told else ''}"


def _failure(run: Run) -> str:
    if run.failure is not None:
        failure = run.failure
        return f"{_long(failure.failed)}\n*Now:* {_long(failure.now)}\n*What to do:* {_long(failure.then)}"
    seen = _evidence(run.verification)
    return f"Seen: {seen}\n*What to do:* look at the target. Then look again, undo it, or contain by other means."


def _first(run: Run) -> str:
    if run.plan is None or not run.plan.destroys_evidence:
        return ""
    return "🗄️ Evidence first: what it would destroy is kept before (a few seconds)"


def _agree(facts: RunFacts) -> str:
    """Who has to agree, and who has."""
    rule, run = facts.rule, facts.run
    if rule.approvals == 0:
        return ""
    given = counted(rule, run.requester, run.approvals, facts.now)
    have = f" Approved by {', '.join(mrkdwn.user(user) for user in given)}." if given else ""
    who = holders(rule.approvers, crew_of(facts.incident), but=run.requester) or "nobody yet"
    more = "one other person" if rule.approvals == 1 else f"{rule.approvals} other people"
    return f"👥 Needs {more}: {who}.{have}"


def _foot(run: Run) -> str:
    told = []
    if run.break_glass:
        told.append(f"🚨 Without approval, by {mention(run.break_glass.by)}: {_text(run.break_glass.reason)}")
    elif run.approvals and run.state not in WAITING:
        told.append(f"Approved by {', '.join(mention(one.by) for one in run.approvals)}")
    if run.snapshot:
        told.append(_snapshot(run))
    if run.reverts_at:
        told.append(f"⏰ Undone by itself at {mrkdwn.on(run.reverts_at)}")
    return " · ".join(told)


def _snapshot(run: Run) -> str:
    snapshot = run.snapshot
    if snapshot is None:
        return ""
    if snapshot.state is SnapshotState.TAKEN:
        return f"🗄️ Evidence kept: {_text(snapshot.evidence or '')}, {_text(snapshot.why)}"
    word = "not kept" if snapshot.state is SnapshotState.FAILED else "skipped"
    return f"🕳️ Evidence {word}: {_text(snapshot.why)}"


def _title(run: Run) -> str:
    return f"*{_text(run.title)}*"


def _evidence(verification: Verification | None) -> str:
    return _long("; ".join(verification.evidence)) if verification and verification.evidence else "seen"


def _took(run: Run) -> str:
    if run.started_at is None or run.finished_at is None:
        return ""
    return f", {(run.finished_at - run.started_at).total_seconds():.1f} s"


def _by(run: Run) -> str:
    return f" · {mention(run.requester)}"


def _text(text: str) -> str:
    return mrkdwn.escape(mrkdwn.line(text, _LINE))


def _long(text: str) -> str:
    return mrkdwn.escape(mrkdwn.line(text, 700))
