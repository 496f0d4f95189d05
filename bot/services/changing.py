"""The frame of a change to an incident: locked, taken once for the same request, committed, and shown.

Only what shows something else is edited: Slack takes 50 edits a minute from all incidents together.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime

from bot.services.draw import ANNOUNCEMENT, CARD, TOPIC
from bot.services.parts import Parts
from incidents.incident import Incident
from storage.unit_of_work import UnitOfWork

Change = Callable[[UnitOfWork, Incident, datetime], Awaitable[Incident]]
"""Decides and writes; gives the incident as it is then. What it raises undoes everything."""


async def change_incident(parts: Parts, incident_id: int, change: Change, *, delivery: str) -> Incident:
    """Carry out a change, unless this request was taken before; every message then shows the new state.

    Raises:
        NotFoundError: there is no such incident.
        PersonError: the change refuses.
    """

    async def commit(work: UnitOfWork) -> Incident:
        now = parts.clock.now()
        incident = await work.incidents.get(incident_id, lock=True)
        if not await work.deliveries.accept(delivery, now):
            return incident
        changed = await change(work, incident, now)
        if changed.status.is_open != incident.status.is_open:
            await parts.refresher.touch(work, incident_id)  # the checklists too gain or lose their buttons
        elif changed != incident:
            await parts.refresher.touch(work, incident_id, CARD, ANNOUNCEMENT, TOPIC)
        return changed

    return await parts.database.write(commit)
