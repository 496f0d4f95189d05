"""Which incident a person means: the one they name, else the one whose channel they are in.

Every way to an incident leads through here, so that access and rights are looked at in one place.
"""

from bot.services import access
from bot.services.parts import Parts
from bot.services.permit import permit
from bot.views import answers
from incidents.errors import NotFoundError
from incidents.incident import Incident, parse_key
from incidents.rights import Right
from storage.unit_of_work import UnitOfWork

_KEYS = 8
"""Open incidents named in an example."""


async def by_id(
    parts: Parts, incident_id: int, *, user: str, channel: str = "", right: Right | None = None
) -> Incident:
    """The incident of this number, for a person who may know of it and has the right.

    Raises:
        NotFoundError: there is none, or none that they may know of.
        NotAllowedError: they lack the right.
    """
    incident = await parts.database.read(lambda work: work.incidents.get(incident_id))
    await access.check(parts, incident, user=user, channel=channel)
    if right is not None:
        await permit(parts, right, user, incident)
    return incident


async def of_phase(
    parts: Parts, phase_id: int, *, user: str, channel: str = "", right: Right | None = None
) -> Incident:
    """The incident that a checklist's phase belongs to; raises as `by_id` does."""
    phase = await parts.database.read(lambda work: work.checklists.phase(phase_id))
    return await by_id(parts, phase.incident_id, user=user, channel=channel, right=right)


async def of_item(
    parts: Parts, item_id: int, *, user: str, channel: str = "", right: Right | None = None
) -> Incident:
    """The incident that a checklist's item belongs to; raises as `by_id` does."""
    item = await parts.database.read(lambda work: work.checklists.item(item_id))
    return await of_phase(parts, item.phase_id, user=user, channel=channel, right=right)


async def meant(
    parts: Parts, verb: str, words: str, *, user: str, channel: str, right: Right | None = None
) -> tuple[Incident, str]:
    """The incident that is meant, and the words without its name.

    Args:
        parts: what the use cases work with.
        verb: for the example in the error.
        words: what was typed behind the verb, perhaps beginning with "INC-42".
        user: who asks.
        channel: where it was typed.
        right: what they want to do; None for looking.

    Raises:
        NotFoundError: it can't be told which incident is meant; lists those that are open.
        NotAllowedError: they lack the right.
    """
    first, _, rest = words.strip().partition(" ")
    number = parse_key(first)
    if number is not None:
        return await by_id(parts, number, user=user, channel=channel, right=right), rest.strip()
    found = await parts.database.read(lambda work: work.incidents.by_channel(channel))
    if found is None:
        incidents, _ = await open_ones(parts, _KEYS, user=user)
        raise NotFoundError(answers.which_incident(verb, incidents))
    if right is not None:
        await permit(parts, right, user, found)
    return found, words.strip()


async def open_ones(parts: Parts, limit: int, *, user: str) -> tuple[list[Incident], int]:
    """Open incidents that this person may know of, newest first, and how many those are."""

    async def find(work: UnitOfWork) -> list[Incident]:
        return await work.incidents.open(limit=None)

    known = await access.known_to(parts, await parts.database.read(find), user=user)
    return known[:limit], len(known)
