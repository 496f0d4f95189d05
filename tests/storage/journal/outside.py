"""A vendor for tests of steps."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from incidents.errors import InDoubtError


class Outside:
    """A vendor whose effects can be counted, and whose answers can be lost."""

    def __init__(self, *troubles: Exception | None, lost: bool = False) -> None:
        self.effects: list[str] = []
        self.probes: list[datetime] = []
        self._troubles = list(troubles)
        self._lost = lost

    def effect(self, name: str) -> Callable[[], Awaitable[str]]:
        async def happen() -> str:
            trouble = self._troubles.pop(0) if self._troubles else None
            if trouble is None or (self._lost and isinstance(trouble, InDoubtError)):
                self.effects.append(name)
            if trouble is not None:
                raise trouble
            return f"did {name}"

        return happen

    def probe(self, name: str) -> Callable[[datetime], Awaitable[str | None]]:
        async def look(since: datetime) -> str | None:
            self.probes.append(since)
            return f"found {name}" if name in self.effects else None

        return look
