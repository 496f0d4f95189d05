"""Who is brought into an incident's channel: the reporter and the severity's people. A step of a job."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from bot.services.parts import Parts
from bot.views import mrkdwn
from incidents.incident import Incident
from storage.journal.run import JobRun


@dataclass(frozen=True)
class Wanted:
    """User ids to invite, and the references that nobody was found for."""

    users: Sequence[str]
    unknown: Sequence[str]


async def wanted(parts: Parts, incident: Incident) -> Wanted:
    """Look up the people of the incident's severity; the reporter is always one."""
    users, unknown = await parts.workspace.people([incident.reporter, *references(parts, incident)])
    return Wanted(users, unknown)


def references(parts: Parts, incident: Incident) -> list[str]:
    """The people of the incident's severity, and those of every incident, as the organisation writes them."""
    if not incident.calls:
        return []  # a drill that was not told to call anybody
    level = parts.scheme.get(incident.severity)
    return [*(level.invite if level else ()), *parts.organisation.invite.everyone]


async def invite(parts: Parts, run: JobRun, incident: Incident, people: asyncio.Task[Wanted]) -> str | None:
    """Invite them; returns a sentence about those who could not be."""
    found = await people
    channel = incident.channel_id or ""

    async def effect() -> list[str]:
        return list(await parts.workspace.invite(channel, found.users))

    refused = await run.step("invite", effect)
    names = [*map(mrkdwn.escape, found.unknown), *(mrkdwn.user(user) for user in refused)]
    if not names:
        return None
    return f"Could not invite {', '.join(names)}: not in this workspace, deactivated, or guests. Invite them by hand or mend cordon.yaml."
