"""Evidence first: what an action would destroy is kept before it acts, if that takes no longer than it may.

Whatever goes wrong here is written down and delays nothing: containment comes before everything.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from bot.services.contain.change_run import change_run, changes_in_words, keep, record
from bot.services.parts import Parts
from commands.base.contract import Prepared
from incidents.containment import ActionError
from incidents.errors import OutsideError
from incidents.evidence import Bundle
from incidents.run_moves import with_snapshot
from incidents.runs import Run, Snapshot, SnapshotState
from incidents.timeline import EntryKind
from storage.unit_of_work import UnitOfWork

_USUAL: Final = 5.0
"""Seconds, where the action stands in cordon.yaml no more."""


@dataclass(frozen=True)
class Evidence:
    """What became of the evidence, with what the timeline tells beside it."""

    snapshot: Snapshot
    details: Mapping[str, str] = field(default_factory=dict)


def is_owed(run: Run) -> bool:
    """Whether the evidence before a run is still to be settled."""
    return run.snapshot is None and run.plan is not None and run.plan.destroys_evidence


async def take(parts: Parts, run: Run, prepared: Prepared) -> Evidence:
    """Keep what the run would destroy, within the action's time for it. Changes nothing of the run."""
    action = parts.organisation.actions.get(run.action)
    if action is not None and not action.snapshot:
        return Evidence(Snapshot(state=SnapshotState.SKIPPED, why="cordon.yaml says so"))
    seconds = action.snapshot_seconds if action else _USUAL
    try:
        async with asyncio.timeout(seconds):
            bundle = await _keep(parts, run, prepared)
    except TimeoutError:
        return _failed(f"it took longer than {seconds:g} s")
    except (ActionError, OutsideError) as error:
        return _failed(str(error))
    if bundle is None:
        return Evidence(Snapshot(state=SnapshotState.SKIPPED, why="there is none to keep"))
    place = f"{bundle.incident_key}/{bundle.run_key}"
    why = f"{len(bundle.files)} files, SHA-256 {bundle.digest}"
    return Evidence(
        Snapshot(state=SnapshotState.TAKEN, why=why, evidence=place),
        {"digest": bundle.digest, "files": str(len(bundle.files))},
    )


async def settle(parts: Parts, run: Run, evidence: Evidence) -> Run:
    """Keep with the run what became of the evidence, and write it into the timeline."""

    async def change(work: UnitOfWork, now_: Run, now: datetime) -> Run:
        return await settled(work, parts, now_, evidence, by="cordon", now=now)

    return await change_run(parts, run.id, change)


async def settled(
    work: UnitOfWork, parts: Parts, run: Run, evidence: Evidence, *, by: str, now: datetime
) -> Run:
    """The same within a transaction."""
    if run.snapshot is not None:
        return run
    snapshot = evidence.snapshot
    kept = await keep(work, parts, with_snapshot(run, snapshot))
    kind, text = _in_words(kept, snapshot)
    place = {"evidence": snapshot.evidence} if snapshot.evidence else {}
    await record(work, kept, kind, text, by=by, now=now, **place, **evidence.details)
    return kept


def _in_words(run: Run, snapshot: Snapshot) -> tuple[EntryKind, str]:
    if snapshot.state is SnapshotState.TAKEN:
        return EntryKind.EVIDENCE_KEPT, f"Evidence kept before {run.named}: {snapshot.why}"
    word = "skipped" if snapshot.state is SnapshotState.SKIPPED else "could not be kept"
    return EntryKind.EVIDENCE_SKIPPED, f"Evidence before {run.named} {word}: {snapshot.why}"


async def _keep(parts: Parts, run: Run, prepared: Prepared) -> Bundle | None:
    files = await prepared.command.snapshot(prepared.params)
    if not files:
        return None
    about = {
        "action": run.title,
        "changes": changes_in_words(run),
        "taken at": parts.clock.now().isoformat(),
        "for": run.requester,
    }
    return await parts.evidence.keep(f"INC-{run.incident_id}", run.key, files, about)


def _failed(why: str) -> Evidence:
    return Evidence(Snapshot(state=SnapshotState.FAILED, why=why))
