"""What an action is going to change, and what was seen of its effect: the words that commands, storage and messages share.

Pure. How a change is made is a command's; who may make it is `approval.py`; where one stands is `runs.py`.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from incidents.errors import CordonError

ACTION_NAME = r"^[a-z][a-z0-9-]{0,62}$"
"""How an organisation's actions are named, such as stop-agent."""


class Risk(StrEnum):
    """How much an action can harm by itself; what the approval policy looks at."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Change(BaseModel):
    """One thing that will be different, as people read it. Never holds a secret."""

    model_config = ConfigDict(frozen=True)

    what: str = Field(description='what changes, such as "Deployment prod/agent-prod replicas"')
    before: str
    after: str


class Plan(BaseModel):
    """What an action would do now. It is made without changing anything, stored, shown, and carried out as it stands.

    `state` is what the plan was made from: the same reading taken again must be equal for the plan to hold. `inverse`
    is all that is needed to take the change back. Both are JSON and belong to the command alone; neither holds a secret.
    """

    model_config = ConfigDict(frozen=True)

    target: str = Field(description="what is touched, in full; two runs on one target never overlap")
    changes: tuple[Change, ...] = ()
    warnings: tuple[str, ...] = ()
    reversible: bool = True
    irreversible_because: str = ""
    destroys_evidence: bool = False
    state: Mapping[str, Any] = Field(default_factory=dict)
    inverse: Mapping[str, Any] = Field(default_factory=dict)

    @property
    def is_needed(self) -> bool:
        """Whether anything would be different afterwards; if not, the action has only to be verified."""
        return any(change.before != change.after for change in self.changes)

    def holds(self, now: "Plan") -> bool:
        """Whether a plan made anew is the one that was approved: the same target, found in the same state."""
        return self.target == now.target and self.state == now.state and self.changes == now.changes


class Verification(BaseModel):
    """What was seen of the effect. `evidence` are sentences with figures, such as "0 of 6 pods ready"."""

    model_config = ConfigDict(frozen=True)

    verified: bool
    evidence: tuple[str, ...] = ()


class Effect(StrEnum):
    """What is known of the outside world after a failure."""

    NONE = "none"
    PARTIAL = "partial"
    DONE = "done"
    UNKNOWN = "unknown"


class ActionError(CordonError):
    """An action could not be carried out, verified or taken back. Texts are plain and hold no secret.

    Attributes:
        failed: what failed, as a sentence.
        now: what state the outside world is in, as a sentence.
        then: what the person should do, as a sentence.
        effect: how much of the change has happened.
        temporary: whether the same call may succeed a little later; nothing has happened then.
    """

    def __init__(
        self, failed: str, *, now: str, then: str, effect: Effect = Effect.NONE, temporary: bool = False
    ) -> None:
        super().__init__(f"{failed} {now} {then}")
        self.failed = failed
        self.now = now
        self.then = then
        self.effect = effect
        self.temporary = temporary


class ChangedMeanwhileError(ActionError):
    """The world is not as the plan found it: nothing was done, and the plan must be made and shown again."""


class Permission(BaseModel):
    """A Kubernetes permission that an action needs, as RBAC writes it."""

    model_config = ConfigDict(frozen=True)

    verb: str
    resource: str = Field(description="such as deployments or deployments/scale")
    group: str = ""
    namespace: str | None = None
    name: str | None = None
