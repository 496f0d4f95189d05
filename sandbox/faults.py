"""Trouble to order: the n-th call of a method is refused, delayed, held, lost or never answered."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias, get_args

from sandbox.ids import new_id

Kind: TypeAlias = Literal[
    "rate_limited", "error", "http_500", "lost_answer", "hang", "timeout", "hold_before", "hold_after", "slow"
]


@dataclass(eq=False)
class Fault:
    """One order for trouble.

    `hit` is set when it has struck: after the call's effect where there is one (`hold_after`, `lost_answer`, `hang`
    with `effect`), else before. A held call (`hold_before` its effect, `hold_after` it) waits for
    `release()`. `lost_answer` does the effect and drops the connection; `hang` (or `timeout`) never answers, and
    does the effect when `effect` is true. `where` narrows it to calls whose arguments have these values.
    """

    method: str
    kind: Kind
    nth: int = 1
    times: int = 1
    retry_after: int = 1
    code: str = "internal_error"
    seconds: float = 1.0
    effect: bool = False
    where: Mapping[str, Any] = field(default_factory=dict)
    id: str = field(default_factory=lambda: new_id("F"))
    seen: int = 0
    hit: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        """Refuse a kind that doesn't exist."""
        if self.kind not in get_args(Kind):
            raise ValueError(f"No fault is called {self.kind!r}; there are {', '.join(get_args(Kind))}.")

    def release(self) -> None:
        """Let every held call go on."""
        self.released.set()

    @property
    def acts_first(self) -> bool:
        """Whether the call has its effect before the trouble strikes."""
        return self.kind in {"hold_after", "lost_answer"} or (
            self.kind in {"hang", "timeout"} and self.effect
        )

    @property
    def spent(self) -> bool:
        """Whether it has struck as often as it should."""
        return self.seen >= self.nth - 1 + self.times

    def strikes(self, method: str, arguments: Mapping[str, Any]) -> bool:
        """Count the call if it is one of those meant, and say whether the trouble is for it."""
        if self.method not in ("*", method) or any(
            arguments.get(key) != value for key, value in self.where.items()
        ):
            return False
        if self.spent:
            return False
        self.seen += 1
        return self.seen >= self.nth


class Faults:
    """The orders in force. The first that strikes a call decides what happens to it."""

    def __init__(self) -> None:
        self.all: list[Fault] = []

    def add(self, *, method: str = "*", kind: Kind, **details: Any) -> Fault:  # noqa: ANN401 -- Fault's own fields
        """Order trouble; see Fault for the details. Raises ValueError or TypeError for what makes no sense."""
        fault = Fault(method, kind, **details)
        self.all.append(fault)
        return fault

    def clear(self) -> None:
        """Cancel all orders and let held calls go on."""
        for fault in self.all:
            fault.release()
        self.all.clear()

    def match(self, method: str, arguments: Mapping[str, Any]) -> Fault | None:
        """The trouble for this call, if any. Every order counts the call."""
        struck = [fault for fault in self.all if fault.strikes(method, arguments)]
        return struck[0] if struck else None

    def described(self) -> list[dict[str, Any]]:
        """The orders as JSON."""
        names = (
            "id",
            "method",
            "kind",
            "nth",
            "times",
            "retry_after",
            "code",
            "seconds",
            "effect",
            "seen",
            "spent",
        )
        return [{name: getattr(fault, name) for name in names} for fault in self.all]
