"""Trigger ids: each lets the app open one view for one person, once, within three seconds."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.errors import ApiError

TRIGGER_SECONDS = 3.0


@dataclass
class Trigger:
    """Whose press it stands for; `view` is the modal in which it was pressed, if any."""

    user: str
    issued: float
    view: str | None
    used: bool = False


class Triggers:
    """The trigger ids given out."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._known: dict[str, Trigger] = {}

    def issue(self, user: str, view: str | None = None) -> str:
        """A new trigger id."""
        trigger_id = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._known[trigger_id] = Trigger(user, self._clock(), view)
        return trigger_id

    def exchange(self, trigger_id: str) -> Trigger:
        """Use a trigger id up. Raises ApiError: unknown, used before, or too old."""
        trigger = self._known.get(trigger_id)
        if trigger is None:
            raise ApiError("invalid_trigger_id")
        if trigger.used:
            raise ApiError("exchanged_trigger_id")
        if self._clock() - trigger.issued > TRIGGER_SECONDS:
            raise ApiError("expired_trigger_id")
        trigger.used = True
        return trigger
