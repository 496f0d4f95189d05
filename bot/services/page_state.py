"""Where an incident's page stands: read from the incident, kept on it, and shown on its cards."""

from bot.services.draw import ANNOUNCEMENT, CARD
from bot.services.parts import Parts
from incidents.incident import Incident
from incidents.paging import Paging, dedup_key
from incidents.timeline import EntryKind
from storage.unit_of_work import UnitOfWork


def of(incident: Incident) -> Paging:
    """Where the incident's page stands."""
    return Paging.model_validate(incident.page)


async def keep(work: UnitOfWork, parts: Parts, incident: Incident, paging: Paging) -> bool:
    """Keep a move and have the cards show it; False where nothing moved."""
    if paging == of(incident):
        return False
    await work.incidents.change(incident.id, page=paging.model_dump(mode="json"))
    await parts.refresher.touch(work, incident.id, CARD, ANNOUNCEMENT)
    return True


async def tell_timeline(
    work: UnitOfWork, parts: Parts, incident: Incident, kind: EntryKind, text: str
) -> None:
    """Write down what came of a page."""
    await work.timeline.append(incident.id, at=parts.clock.now(), actor="cordon", kind=kind, text=text)


async def key(parts: Parts, incident: Incident, page_round: int) -> str:
    """The dedup key of a round of this incident.

    Raises:
        OutsideError: Slack has not said yet which workspace this is.
    """
    return dedup_key((await parts.workspace.identify()).team, incident.key, page_round)
