"""Actions and their runs, as the command line prints them."""

from collections.abc import Sequence
from datetime import datetime

from bot.views.plain import Names, at, clean, sentence
from incidents.approval import ApprovalRule, counted
from incidents.crew import crew_of
from incidents.incident import Incident
from incidents.rights import holders
from incidents.run_states import RunState
from incidents.runs import Run, SnapshotState

_ENDED_WELL = frozenset({RunState.VERIFIED, RunState.REVERTED})


def ended_well(run: Run) -> bool:
    """Whether it was done, or undone, and seen."""
    return run.state in _ENDED_WELL


def listed(incident: Incident, actions: Sequence[tuple[str, str, str]], runs: Sequence[Run]) -> str:
    """What can be run for an incident (name, title, risk), and what was."""
    lines = [f"Actions for {incident.key}" if actions else f"cordon.yaml has no action for {incident.key}."]
    lines += [f"  {name}: {title} (risk: {risk})" for name, title, risk in actions]
    if runs:
        lines += ["Runs", *(f"  {run.id} {run.action}: {run.state.words}" for run in runs)]
    return clean("\n".join(lines))


def plan(run: Run) -> str:
    """What a run would change."""
    found = run.plan
    lines = [f"Run {run.id}: {run.title} (risk: {run.risk})"]
    if found is not None:
        lines += [f"  {one.what}: {one.before} → {one.after}" for one in found.changes]
        lines += [] if found.is_needed else ["  Nothing would be different: it is so already."]
        lines += [f"  Beware: {warning}" for warning in found.warnings]
        back = (
            "It can be undone." if found.reversible else f"It can't be undone. {found.irreversible_because}"
        )
        lines.append(f"  {back.strip()}")
        lines += ["  It destroys evidence, which is kept first."] if found.destroys_evidence else []
    return clean("\n".join(lines))


def needs(incident: Incident, run: Run, rule: ApprovalRule, names: Names, now: datetime) -> str:
    """Who must agree before a run starts."""
    missing = rule.approvals - len(counted(rule, run.requester, run.approvals, now))
    if missing <= 0:
        return "Nobody else must agree."
    who = (
        holders(rule.approvers, crew_of(incident), but=run.requester)
        or "nobody; cordon.yaml can name somebody"
    )
    return sentence(f"{missing} other must agree: {who}.", names)


def result(run: Run, names: Names) -> str:
    """What came of a run."""
    lines = [f"Run {run.id}: {run.title} is {run.state.words}."]
    seen = run.revert_verification if run.state is RunState.REVERTED else run.verification
    lines += [f"  seen: {one}" for one in (seen.evidence if seen else ())]
    if run.failure is not None and not ended_well(run):
        lines += [f"  {part}" for part in (run.failure.failed, run.failure.now, run.failure.then) if part]
    if run.snapshot is not None:
        kept = run.snapshot.evidence if run.snapshot.state is SnapshotState.TAKEN else run.snapshot.why
        lines.append(f"  evidence {run.snapshot.state.value}: {kept}")
    if run.reverts_at is not None:
        lines.append(f"  It is undone by itself at {at(run.reverts_at)}.")
    return sentence("\n".join(lines), names)
