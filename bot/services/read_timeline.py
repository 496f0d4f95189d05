"""Pages of a timeline, read from the newest entry back."""

from dataclasses import dataclass

from bot.services.parts import Parts
from bot.views.timeline import ENTRIES
from incidents.incident import Incident
from incidents.timeline import EntryKind, TimelineEntry
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class TimelinePage:
    """What a page is drawn from."""

    incident: Incident
    entries: list[TimelineEntry]
    corrections: list[TimelineEntry]
    newest: int


async def read_page(parts: Parts, incident_id: int, *, mode: str, before: int | None = None) -> TimelinePage:
    """The last entries, or the last of those numbered lower than `before`."""

    async def look(work: UnitOfWork) -> TimelinePage:
        last = await work.timeline.entries(incident_id, limit=1)
        return TimelinePage(
            incident=await work.incidents.get(incident_id),
            entries=await work.timeline.entries(incident_id, limit=ENTRIES[mode], before=before),
            corrections=await work.timeline.of_kind(incident_id, EntryKind.CORRECTION),
            newest=last[0].seq if last else 0,
        )

    return await parts.database.read(look)
