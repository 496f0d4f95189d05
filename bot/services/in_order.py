"""Lets several effects that run side by side begin in a given order."""

import asyncio
from collections.abc import Iterable


class InOrder:
    """Each named effect may begin when all before it have begun or won't happen."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = list(names)
        self._begun = {name: asyncio.Event() for name in self._names}

    async def turn(self, name: str) -> None:
        """Wait until those before have begun."""
        for earlier in self._names[: self._names.index(name)]:
            await self._begun[earlier].wait()

    def begun(self, name: str) -> None:
        """Let the next one begin."""
        self._begun[name].set()
