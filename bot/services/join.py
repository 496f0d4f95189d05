"""Join an incident's channel."""

from bot.services.parts import Parts
from incidents.errors import NotFoundError
from incidents.incident import Incident


async def join(parts: Parts, incident: Incident, *, by: str) -> None:
    """Bring a person into the incident's channel.

    Raises:
        NotFoundError: its channel is not open yet, or Slack won't let them in.
    """
    if incident.channel_id is None:
        raise NotFoundError(f"The channel of {incident.key} is being opened. Press Join again in a moment.")
    if await parts.workspace.invite(incident.channel_id, [by]):
        raise NotFoundError(f"Slack won't let you into the channel of {incident.key}. Ask its commander.")
