"""Is it declared already? Open incidents that everybody may know of, with the same words or the same source."""

from bot.services.parts import Parts
from incidents.incident import Incident
from incidents.similarity import similar
from storage.unit_of_work import UnitOfWork


async def find(parts: Parts, title: str, source: str | None, *, drill: bool) -> Incident | None:
    """The open incident that a declaration looks like; private ones are never named, drills only for drills."""
    if not parts.organisation.declaring.ask_about_duplicates:
        return None

    async def look(work: UnitOfWork) -> Incident | None:
        same = similar(title, source, await work.incidents.declared(drill=drill))
        return await work.incidents.get(same.id) if same else None

    return await parts.database.read(look)
