"""The contract of a command: plan, execute, verify, revert. One file in `commands/` holds one command.

A command is made for one use. It changes nothing but in `execute` and `revert`, both of which are safe to run twice:
after a crash they are called again with the same plan and the same key. Whatever goes wrong leaves as an
`ActionError` that says what failed, what state the outside is in, and what to do; a vendor's exception never leaves.
"""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, TypeVar

import aiohttp
from pydantic import BaseModel, ConfigDict, SecretStr

from incidents.clock import Clock
from incidents.containment import ActionError, Permission, Plan, Verification

Progress = Callable[[str], Awaitable[None]]
"""Told what is happening, in a few words such as "waiting for 4 pods to end"."""


class Params(BaseModel):
    """The root of all parameters. They come from cordon.yaml and from people, and hold no secret: only its name."""

    model_config = ConfigDict(frozen=True, extra="forbid")


P = TypeVar("P", bound=Params)


@dataclass(frozen=True)
class Surroundings:
    """What a command may use of the process.

    Attributes:
        clock: the time; all waiting goes through it.
        http: a session without credentials, for HTTP calls. Each call sets its own timeout.
        secret: the value of the environment's variable of that name. Raises ConfigError when it is not set.
        connections: the organisation's `connections:` section of cordon.yaml, by kind, as plain data: what a command
            may reach (clusters, databases, flag providers, programs, Prometheus). Each command validates its own part.
        patience: seconds that verifying may take in all, unless the params say otherwise.
    """

    clock: Clock
    http: aiohttp.ClientSession
    secret: Callable[[str], SecretStr]
    connections: Mapping[str, Any] = field(default_factory=dict)
    patience: float = 120


class Command(ABC, Generic[P]):
    """Something that can be done to the outside world, seen to have worked, and taken back."""

    name: ClassVar[str]
    """The same as its file's name."""
    summary: ClassVar[str]
    """What it does, as a short sentence for people."""
    params_type: ClassVar[type[Params]]
    lasts_minutes: ClassVar[int | None] = None
    """How long its change stays before it is taken back by itself, unless the action says otherwise; None for ever."""

    def __init__(self, surroundings: Surroundings) -> None:
        """Open nothing yet."""
        self.surroundings = surroundings

    @abstractmethod
    async def plan(self, params: P) -> Plan:
        """Read the present state and say what would change. Changes nothing.

        Raises:
            ActionError: the target is not there, does not answer, or may not be read.
        """

    @abstractmethod
    async def execute(self, params: P, plan: Plan, key: str, progress: Progress) -> None:
        """Make the change that the plan shows; where it is made already, nothing more happens.

        Args:
            params: the parameters that the plan was made with.
            plan: what was shown and approved.
            key: the same for the same run, for the outside's own idempotency.
            progress: told about long steps.

        Raises:
            ChangedMeanwhileError: the world is neither as the plan found it nor as it would leave it.
            ActionError: it did not work, or nobody knows whether it did.
        """

    @abstractmethod
    async def verify(self, params: P, plan: Plan, progress: Progress) -> Verification:
        """Probe the effect, not the answer; wait for it by watching, within the surroundings' patience.

        Raises:
            ActionError: the effect could not be looked at.
        """

    async def revert(self, params: P, plan: Plan, key: str, progress: Progress) -> None:
        """Take the change back from the plan's inverse; where it is back already, nothing more happens.

        Raises:
            ChangedMeanwhileError: somebody changed the target since.
            ActionError: it did not work, or this command can't.
        """
        raise cannot_revert(plan)

    async def verify_reverted(self, params: P, plan: Plan, progress: Progress) -> Verification:
        """Probe that things are as they were before. Like `verify`."""
        raise cannot_revert(plan)

    async def snapshot(self, params: P) -> Mapping[str, bytes]:
        """What would be lost by executing, to be kept before: file name -> content. Nothing by default.

        Raises:
            ActionError: it could not be read.
        """
        return {}

    @classmethod
    def permissions(cls, params: P) -> Sequence[Permission]:
        """The Kubernetes permissions that all of the above need with these parameters."""
        return ()

    async def close(self) -> None:
        """Close what was opened."""


def cannot_revert(plan: Plan) -> ActionError:
    """The refusal to take back what can't be."""
    return ActionError(
        f"{plan.target} can't be taken back: {plan.irreversible_because or 'the action has no way back'}.",
        now="Nothing was changed.",
        then="Undo it by hand if it must be undone.",
    )


@dataclass(frozen=True)
class Prepared:
    """A command with its parameters checked, ready for any of its four verbs."""

    command: Command[Any]
    params: Params
