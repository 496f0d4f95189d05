"""A run: one use of an action, from its plan to its verified effect and, where possible, back.

What is known of a run and what that means stands here; its states are `run_states.py`, the events that lead from one
to the next `run_moves.py`, the steps of a sequence `sequences.py`.
"""

import re
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field

from incidents.actions import OnFailure
from incidents.approval import Approval, BreakGlass
from incidents.containment import ActionError, Effect, Plan, Risk, Verification
from incidents.run_states import ACTIVE, FINAL, MOVES, RunState

NEW = 0
"""The number of a run that is not kept yet."""


class Source(StrEnum):
    """Where a run was asked for."""

    SLACK = "slack"
    CLI = "cli"


class Failure(BaseModel):
    """What went wrong, what state the outside is in, and what to do: an `ActionError` as it is kept."""

    model_config = ConfigDict(frozen=True)

    failed: str
    now: str
    then: str
    effect: Effect = Effect.NONE

    @classmethod
    def of(cls, error: ActionError) -> Self:
        """The failure that an error tells of."""
        return cls(failed=error.failed, now=error.now, then=error.then, effect=error.effect)


class SnapshotState(StrEnum):
    """What became of the evidence that the action would destroy."""

    TAKEN = "taken"
    SKIPPED = "skipped"
    FAILED = "failed"


class Snapshot(BaseModel):
    """The evidence kept before the action: where it is, or why there is none."""

    model_config = ConfigDict(frozen=True)

    state: SnapshotState
    why: str = ""
    evidence: str | None = None


class StepOrder(BaseModel):
    """The steps of a sequence as they were when it was planned: stages of actions that run side by side.

    `recovery` marks a way back to normal; `watches` are the positions of steps that only watch for the problem.
    """

    model_config = ConfigDict(frozen=True)

    stages: tuple[tuple[str, ...], ...]
    on_failure: OnFailure = OnFailure.STOP
    recovery: bool = False
    watches: frozenset[int] = frozenset()

    @property
    def names(self) -> tuple[str, ...]:
        """The actions by position, from 0."""
        return tuple(name for stage in self.stages for name in stage)


class Run(BaseModel):
    """One run as it stands. Moments are aware, in UTC; people are Slack user ids, or names on the command line."""

    model_config = ConfigDict(frozen=True)

    id: int = NEW
    key: str
    """The same for ever, for the outside's own idempotency."""
    version: int = 0
    """Grows with each change, so that two changes made from the same state can be told."""
    incident_id: int
    action: str
    title: str
    command: str | None
    """None for a sequence."""
    params: dict[str, Any] = Field(default_factory=dict)
    risk: Risk
    order: StepOrder | None = None
    """A sequence's steps; None for a single action."""
    state: RunState = RunState.PLANNED
    requester: str
    reason: str = ""
    source: Source = Source.SLACK
    plan: Plan | None = None
    planned_at: datetime
    asked_at: datetime | None = None
    approvals: tuple[Approval, ...] = ()
    break_glass: BreakGlass | None = None
    approved_until: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    progress: str = ""
    failure: Failure | None = None
    verification: Verification | None = None
    snapshot: Snapshot | None = None
    reverts_at: datetime | None = None
    """When it is undone by itself."""
    reverted_by: str | None = None
    reverted_at: datetime | None = None
    revert_verification: Verification | None = None
    cancelled_by: str | None = None
    parent_id: int | None = None
    """The sequence that it is a step of, at `position` from 0."""
    position: int = 0
    recovers: int | None = None
    """The run whose effect this one takes back as a step or a sequence of recovery."""
    item_id: int | None = None
    """The checklist item that it ticks."""

    @property
    def named(self) -> str:
        """The action as sentences name it, such as “Stop the agent”."""
        return f"“{self.title}”"

    @property
    def is_active(self) -> bool:
        """Whether it keeps its target to itself: no other run may touch the same one meanwhile."""
        return self.state in ACTIVE

    @property
    def is_final(self) -> bool:
        """Whether nothing can happen to it any more."""
        return self.state in FINAL

    @property
    def may_undo(self) -> bool:
        """Whether it did something, or may have, that its plan can take back."""
        if self.plan is None or not self.plan.reversible or RunState.REVERTING not in MOVES[self.state]:
            return False
        return self.state is not RunState.FAILED or self.has_effect

    @property
    def has_effect(self) -> bool:
        """Whether the outside is, or may be, different because of it."""
        if self.started_at is None or self.state in {RunState.REVERTED, RunState.STALE}:
            return False
        return self.state is not RunState.FAILED or (
            self.failure is not None and self.failure.effect is not Effect.NONE
        )

    @property
    def needs_person(self) -> bool:
        """Whether nothing goes on until somebody looks, decides or agrees."""
        return self.state in {
            RunState.WAITING_APPROVAL,
            RunState.STALE,
            RunState.UNVERIFIED,
            RunState.IN_DOUBT,
            RunState.FAILED,
            RunState.REVERT_FAILED,
        }


def run_key(incident: str, action: str, token: str) -> str:
    """A run's key, for the outside's own idempotency.

    Args:
        incident: the incident's key, such as INC-42.
        action: the action's name.
        token: fresh random letters and digits, for this run alone.
    """
    return "-".join(
        ["cordon", *(re.sub(r"[^a-z0-9-]", "", part.lower()) for part in (incident, action, token))]
    )
