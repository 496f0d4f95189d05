"""Say what kind of incident it is. Who sends a form over somebody else's change takes back nothing they did not touch."""

from dataclasses import dataclass

from bot.services.draw import ANNOUNCEMENT, CARD
from bot.services.parts import Parts
from incidents.classification import Classification, changes, classification_of, merged
from incidents.incident import Incident
from incidents.timeline import EntryKind
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Classified:
    """An incident as it is now, its classification, and a sentence for each change."""

    incident: Incident
    known: Classification
    changes: tuple[str, ...] = ()


async def classify(
    parts: Parts,
    incident_id: int,
    shown: Classification,
    wanted: Classification,
    *,
    by: str,
    delivery: str,
) -> Classified | None:
    """Classify an incident, at any stage of its life.

    Args:
        parts: what the use cases work with.
        incident_id: which incident.
        shown: what the person saw.
        wanted: what they want it to be; only where that differs from what they saw anything is changed.
        by: who.
        delivery: the request's key.

    Returns:
        What became of it, or None for a request that was taken before.

    Raises:
        NotFoundError: there is no such incident.
    """

    async def commit(work: UnitOfWork) -> Classified | None:
        now = parts.clock.now()
        incident = await work.incidents.get(incident_id, lock=True)
        if not await work.deliveries.accept(delivery, now):
            return None
        before = classification_of(incident)
        after = merged(before, shown, wanted)
        told = changes(before, after)
        if not told:
            return Classified(incident, before)
        kept = after.model_dump(mode="json")
        incident = await work.incidents.change(incident_id, classification=kept, type=after.incident_type)
        await work.timeline.append(
            incident_id, at=now, actor=by, kind=EntryKind.CLASSIFIED, text=" ".join(told)
        )
        await parts.refresher.touch(work, incident_id, CARD, ANNOUNCEMENT)
        return Classified(incident, after, told)

    return await parts.database.write(commit)
