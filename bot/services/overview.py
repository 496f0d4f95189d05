"""Where an incident stands, and what happened last."""

from bot.services.parts import Parts
from bot.views.card import CardFacts
from incidents.timeline import TimelineEntry
from storage.unit_of_work import UnitOfWork

_LAST = 8


async def overview(parts: Parts, incident_id: int) -> tuple[CardFacts, list[TimelineEntry]]:
    """What a card is drawn from, and the last entries of the timeline."""

    async def look(work: UnitOfWork) -> tuple[CardFacts, list[TimelineEntry]]:
        incident = await work.incidents.get(incident_id)
        phases = await work.checklists.phases(incident_id)
        last = await work.updates.last(incident_id)
        entries = await work.timeline.entries(incident_id, limit=_LAST)
        return CardFacts(incident, phases, last, parts.clock.now()), entries

    return await parts.database.read(look)
