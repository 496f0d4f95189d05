"""What people have typed or chosen and not sent yet, as their client keeps it for each open view or message."""

from collections.abc import Mapping
from typing import Any

from sandbox.blocks.inputs import State


class Drafts:
    """Typed values by place: a view's id, or a person and message."""

    def __init__(self) -> None:
        self._typed: dict[str, State] = {}

    @staticmethod
    def place(user: str, channel: str, ts: str) -> str:
        """The place of one person's choices in a message."""
        return f"{user}/{channel}/{ts}"

    def at(self, place: str) -> State:
        """What was typed at a place so far."""
        return self._typed.get(place, {})

    def put(self, place: str, block_id: str, action_id: str, held: Mapping[str, Any]) -> None:
        """Keep what was typed into one input."""
        self._typed.setdefault(place, {}).setdefault(block_id, {})[action_id] = dict(held)

    def forget(self, place: str) -> None:
        """Drop what was typed there."""
        self._typed.pop(place, None)
