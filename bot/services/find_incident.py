"""Which incident a person means: the one they name, else the one whose channel they are in."""

from bot.services.parts import Parts
from bot.views import answers
from incidents.errors import NotFoundError
from incidents.incident import Incident, parse_key
from storage.unit_of_work import UnitOfWork


async def by_id(parts: Parts, incident_id: int) -> Incident:
    """The incident of this number.

    Raises:
        NotFoundError: there is none.
    """
    return await parts.database.read(lambda work: work.incidents.get(incident_id))


async def meant(parts: Parts, verb: str, words: str, channel: str) -> tuple[Incident, str]:
    """The incident that is meant, and the words without its name.

    Args:
        parts: what the use cases work with.
        verb: for the example in the error.
        words: what was typed behind the verb, perhaps beginning with "INC-42".
        channel: where it was typed.

    Raises:
        NotFoundError: it can't be told which incident is meant; lists those that are open.
    """
    first, _, rest = words.strip().partition(" ")
    number = parse_key(first)

    async def find(work: UnitOfWork) -> Incident:
        if number is not None:
            return await work.incidents.get(number)
        found = await work.incidents.by_channel(channel)
        if found is None:
            raise NotFoundError(answers.which_incident(verb, await work.incidents.open(8)))
        return found

    return await parts.database.read(find), (rest.strip() if number is not None else words.strip())


async def open_ones(parts: Parts, limit: int) -> tuple[list[Incident], int]:
    """Open incidents, newest first, and how many there are."""

    async def find(work: UnitOfWork) -> tuple[list[Incident], int]:
        return await work.incidents.open(limit), await work.incidents.count_open()

    return await parts.database.read(find)
