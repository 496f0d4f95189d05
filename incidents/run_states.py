"""The states of a run of an action, and which can follow which. The run itself is `runs.py`, its events `run_moves.py`."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class RunState(StrEnum):
    """Where a run stands."""

    PLANNED = "planned"
    WAITING_APPROVAL = "waiting_approval"
    APPROVED = "approved"
    RUNNING = "running"
    VERIFYING = "verifying"
    VERIFIED = "verified"
    UNVERIFIED = "unverified"
    FAILED = "failed"
    IN_DOUBT = "in_doubt"
    STALE = "stale"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    REVERTING = "reverting"
    REVERTED = "reverted"
    REVERT_FAILED = "revert_failed"

    @property
    def words(self) -> str:
        """The state as people say it after "is", such as "waiting for approval"."""
        return _WORDS.get(self, self.value)


_WORDS = {
    RunState.WAITING_APPROVAL: "waiting for approval",
    RunState.VERIFIED: "done and verified",
    RunState.FAILED: "not done: it failed",
    RunState.VERIFYING: "carried out and being verified",
    RunState.UNVERIFIED: "carried out, but its effect was not seen",
    RunState.IN_DOUBT: "in doubt: nobody knows whether it happened",
    RunState.STALE: "out of date: things changed after its plan was made",
    RunState.EXPIRED: "expired: it was not run in time",
    RunState.REVERTING: "being undone",
    RunState.REVERTED: "undone",
    RunState.REVERT_FAILED: "not undone: undoing it failed",
}
_S = RunState
_GIVEN_UP = frozenset({_S.STALE, _S.CANCELLED, _S.EXPIRED})
_LOOK_OR_UNDO = frozenset({_S.VERIFYING, _S.REVERTING})

MOVES: Mapping[RunState, frozenset[RunState]] = MappingProxyType(
    {
        _S.PLANNED: frozenset({_S.WAITING_APPROVAL, _S.APPROVED}) | _GIVEN_UP,
        _S.WAITING_APPROVAL: frozenset({_S.APPROVED}) | _GIVEN_UP,
        _S.APPROVED: frozenset({_S.RUNNING}) | _GIVEN_UP,
        _S.RUNNING: frozenset({_S.VERIFYING, _S.FAILED, _S.IN_DOUBT, _S.STALE}),
        _S.VERIFYING: frozenset({_S.VERIFIED, _S.UNVERIFIED}),
        _S.VERIFIED: _LOOK_OR_UNDO,
        _S.UNVERIFIED: _LOOK_OR_UNDO,
        _S.IN_DOUBT: frozenset({_S.FAILED}) | _LOOK_OR_UNDO,
        _S.FAILED: frozenset({_S.REVERTING}),
        _S.REVERTING: frozenset({_S.REVERTED, _S.REVERT_FAILED}),
        _S.REVERT_FAILED: frozenset({_S.REVERTING}),
        _S.REVERTED: frozenset(),
        _S.STALE: frozenset(),
        _S.CANCELLED: frozenset(),
        _S.EXPIRED: frozenset(),
    }
)
"""The states that can follow each state. Only an approved run starts, and none is approved after it started."""

FINAL = frozenset(state for state, following in MOVES.items() if not following)
ACTIVE = frozenset(
    {_S.WAITING_APPROVAL, _S.APPROVED, _S.RUNNING, _S.VERIFYING, _S.IN_DOUBT, _S.REVERTING},
)
"""While it is in one of these, no other run may touch the same target."""
WAITING = frozenset({_S.PLANNED, _S.WAITING_APPROVAL, _S.APPROVED})
"""Nothing has been done in these, and it can still be called off."""
