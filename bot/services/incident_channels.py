"""Whose channel an event comes from. Most come from channels that are no incident's: those are remembered briefly."""

from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Final

from bot.services.parts import Parts

_KEPT: Final = timedelta(seconds=10)
"""So short that a channel which has just become an incident's is hardly missed."""
_REMEMBERED: Final = 2000


class IncidentChannels:
    """Asks the database, and remembers the answer no."""

    def __init__(self) -> None:
        self._others: OrderedDict[str, datetime] = OrderedDict()

    async def find(self, parts: Parts, channel: str) -> int | None:
        """The number of the incident whose channel this is, or None."""
        now = parts.clock.now()
        asked = self._others.get(channel)
        if asked is not None and now - asked < _KEPT:
            return None
        incident = await parts.database.read(lambda work: work.incidents.by_channel(channel))
        if incident is not None:
            self._others.pop(channel, None)
            return incident.id
        self._others[channel] = now
        self._others.move_to_end(channel)
        if len(self._others) > _REMEMBERED:
            self._others.popitem(last=False)
        return None
