"""What every end of an incident has in common: no more reminders, no more escalation, no phone that rings on."""

from datetime import datetime

from bot.services import page, remind, unattended
from bot.services.parts import Parts
from incidents.incident import Incident
from storage.unit_of_work import UnitOfWork


def columns(now: datetime) -> dict[str, object]:
    """The columns of an incident that has just ended."""
    return {"resolved_at": now, "next_update_at": None}


async def settle(work: UnitOfWork, parts: Parts, incident: Incident, *, now: datetime) -> None:
    """Take back what was set for an open incident, within the transaction that ends it."""
    await remind.enqueue(work, parts, incident, now=now)
    await unattended.enqueue(work, parts, incident, now=now)
    await page.over(work, parts, incident, now)
