"""Waiting until a list of objects is as it should be: list, watch from there, list anew where the watch breaks.

Waiting ends at a moment of the injected clock. Trouble that may pass is waited out; a refusal ends it at once.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from commands.base.kubernetes_answers import silent
from commands.base.kubernetes_api import KubernetesApi
from commands.base.kubernetes_places import Json, Place
from incidents.clock import Clock
from incidents.containment import ActionError

_ROUND: Final = 30
"""Seconds after which the server ends a watch, so that a fresh list corrects whatever was missed."""
_IDLE: Final = 10
"""Seconds of silence allowed beyond that."""
_PAUSES: Final = (0, 0.2, 0.5, 1.0)
"""Seconds before the next round, the longer the more rounds brought nothing."""

Objects = Mapping[str, Json]
Look = Callable[[Objects], Awaitable[bool]]
"""Sees the objects by their uid after each change, and says whether they are as they should be."""


@dataclass
class Wait:
    """One wait for a list.

    Attributes:
        place: the list.
        query: its selectors.
        look: asked after each change.
    """

    api: KubernetesApi
    clock: Clock
    place: Place
    query: Mapping[str, str]
    look: Look
    _objects: dict[str, Json] = field(default_factory=dict)
    _seen: bool = False
    _fruitless: int = 0
    _trouble: ActionError | None = None

    async def until(self, deadline: datetime) -> bool:
        """Wait until `look` says yes, at most until that moment.

        Returns:
            Whether it did.

        Raises:
            ActionError: it may not be looked at, or could not be in all that time.
        """
        over = asyncio.Event()
        following = asyncio.create_task(self._follow(over))
        try:
            await self.clock.wait(over, deadline)
        finally:
            following.cancel()
            await asyncio.wait([following])
        if not following.cancelled():
            return following.result()
        if not self._seen:
            raise self._trouble or silent("list", self.place, "the API server did not answer in time")
        return False

    async def _follow(self, over: asyncio.Event) -> bool:
        try:
            while not await self._once():
                await self.clock.sleep(_PAUSES[min(self._fruitless, len(_PAUSES) - 1)])
                self._fruitless += 1
            return True
        finally:
            over.set()

    async def _once(self) -> bool:
        """List, then watch from there until the watch ends, however it does: a fresh list forgives everything."""
        try:
            version = await self._list()
            return await self.look(self._objects) or await self._watch(version)
        except ActionError as error:
            if not error.temporary:
                raise
            self._trouble = error
            return False

    async def _list(self) -> str:
        found = await self.api.get(self.place, self.query)
        self._objects = {_uid(one): one for one in found.get("items") or []}
        self._seen, self._trouble = True, None
        return str((found.get("metadata") or {}).get("resourceVersion") or "")

    async def _watch(self, version: str) -> bool:
        asked = {**self.query, "resourceVersion": version, "timeoutSeconds": str(_ROUND)}
        async with contextlib.aclosing(self.api.watch(self.place, asked, idle=_ROUND + _IDLE)) as events:
            async for event in events:
                self._fruitless = 0
                if event.get("type") == "ERROR":  # such as 410: what it was to begin after is forgotten
                    break
                if self._take(event) and await self.look(self._objects):
                    return True
        return False

    def _take(self, event: Json) -> bool:
        """Whether the event changed something to look at."""
        kind, thing = event.get("type"), event.get("object") or {}
        if kind == "DELETED":
            self._objects.pop(_uid(thing), None)
        elif kind != "BOOKMARK":
            self._objects[_uid(thing)] = thing
        return kind != "BOOKMARK"


def _uid(thing: Json) -> str:
    about = thing.get("metadata") or {}
    return str(about.get("uid") or about.get("name"))
