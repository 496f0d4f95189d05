"""The channel's topic and bookmarks. Steps of a job."""

from datetime import datetime

from bot.services.draw import CARD, TOPIC
from bot.services.parts import Parts
from bot.views import card
from incidents.incident import Incident
from storage.journal.run import JobRun


async def topic(parts: Parts, run: JobRun, incident: Incident) -> None:
    """Set the topic; from then on it follows the incident."""
    channel = incident.channel_id or ""
    await run.step("topic", lambda: parts.workspace.set_topic(channel, card.topic(incident)))
    [posted] = await parts.database.read(lambda work: work.messages.of(incident.id, TOPIC))
    if posted.ts is None:
        await parts.database.write(
            lambda work: work.messages.posted(posted.id, channel_id=channel, ts=TOPIC, revision=posted.wanted)
        )


async def bookmarks(parts: Parts, run: JobRun, incident: Incident) -> None:
    """Link to the list of incidents, and to the card once it is there."""
    common = await parts.workspace.channel_id(parts.organisation.channels.incidents)
    await _bookmark(
        parts, run, incident, "All incidents", parts.workspace.permalink(common) if common else None
    )


async def bookmark_card(parts: Parts, run: JobRun, incident: Incident, ts: str) -> None:
    """Link to the pinned card."""
    link = parts.workspace.permalink(incident.channel_id or "", ts)
    await _bookmark(parts, run, incident, CARD.capitalize(), link)


async def _bookmark(parts: Parts, run: JobRun, incident: Incident, title: str, link: str | None) -> None:
    if link is None:
        return
    channel = incident.channel_id or ""

    async def probe(_since: datetime) -> bool | None:
        return title in await parts.workspace.bookmarks(channel) or None

    async def effect() -> bool:
        await parts.workspace.add_bookmark(channel, title, link)
        return True

    await run.step(f"bookmark-{title}", effect, probe=probe)
