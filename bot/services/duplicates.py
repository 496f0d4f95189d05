"""Is it declared already? Open incidents that everybody may know of, with the same words or the same source."""

from bot.services.parts import Parts
from incidents.incident import Incident
from incidents.similarity import similar
from storage.unit_of_work import UnitOfWork


async def find(parts: Parts, title: str, source: str | None, *, drill: bool) -> Incident | None:
    """The open incident that a declaration looks like; private ones are never named, drills only for drills."""

    async def look(work: UnitOfWork) -> list[Incident]:
        return await work.incidents.open(limit=None)

    found = await parts.database.read(look)
    return similar(title, source, [one for one in found if not one.private and one.drill == drill])
