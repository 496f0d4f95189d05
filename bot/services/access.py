"""Who may know of an incident: of a private one only the members of its channel, and guests likewise of any.

In doubt nobody may: an incident that a person may not know of is answered for like one that there is not.
"""

import asyncio
from collections.abc import Sequence

from bot.services.parts import Parts
from bot.services.permit import may
from incidents.errors import NotFoundError, OutsideError
from incidents.incident import Incident
from incidents.rights import Right


async def may_know(parts: Parts, incident: Incident, *, user: str, channel: str = "") -> bool:
    """Whether this person may know of the incident; `channel` is where they ask, "" for nowhere."""
    if incident.channel_id and channel == incident.channel_id:
        return True  # Slack lets nobody ask there who is not in it
    try:
        closed = incident.private or (await parts.workspace.account(user)).is_guest
        if not closed:
            return True
        if incident.channel_id is None:
            return user == incident.reporter
        if await parts.workspace.is_member(incident.channel_id, user):
            return True
    except OutsideError:
        return False
    return await may(parts, Right.REVEAL_PRIVATE, user)


async def check(parts: Parts, incident: Incident, *, user: str, channel: str = "") -> None:
    """Let a person pass who may know of the incident.

    Raises:
        NotFoundError: they may not; in the words used for an incident that there is not.
    """
    if not await may_know(parts, incident, user=user, channel=channel):
        raise NotFoundError(f"There is no {incident.key}.")


async def known_to(
    parts: Parts, incidents: Sequence[Incident], *, user: str, channel: str = ""
) -> list[Incident]:
    """Those of the incidents that this person may know of."""
    seen = await asyncio.gather(*(may_know(parts, one, user=user, channel=channel) for one in incidents))
    return [one for one, known in zip(incidents, seen, strict=True) if known]
