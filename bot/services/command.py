"""Take command of an incident, and join its channel."""

from bot.services.draw import ANNOUNCEMENT, CARD, TOPIC
from bot.services.parts import Parts
from incidents.errors import ConflictError, NotFoundError
from incidents.incident import Incident
from incidents.timeline import EntryKind
from storage.unit_of_work import UnitOfWork


async def take_command(parts: Parts, incident_id: int, *, by: str, delivery: str) -> Incident:
    """Become the commander of an incident that has none.

    Raises:
        ConflictError: somebody else has it.
    """

    async def commit(work: UnitOfWork) -> Incident:
        now = parts.clock.now()
        incident = await work.incidents.get(incident_id, lock=True)
        if incident.commander == by or not await work.deliveries.accept(delivery, now):
            return incident
        if incident.commander:
            raise ConflictError(f"{incident.key} has a commander already: its card shows who.")
        incident = await work.incidents.change(incident_id, commander=by)
        await work.timeline.append(
            incident_id, at=now, actor=by, kind=EntryKind.COMMAND_TAKEN, text="Took command"
        )
        await parts.refresher.touch(work, incident_id, CARD, ANNOUNCEMENT, TOPIC)
        return incident

    return await parts.database.write(commit)


async def join(parts: Parts, incident: Incident, *, by: str) -> None:
    """Bring a person into the incident's channel.

    Raises:
        NotFoundError: its channel is not open yet, or Slack won't let them in.
    """
    if incident.channel_id is None:
        raise NotFoundError(f"The channel of {incident.key} is being opened. Press Join again in a moment.")
    if await parts.workspace.invite(incident.channel_id, [by]):
        raise NotFoundError(f"Slack won't let you into the channel of {incident.key}. Ask its commander.")
