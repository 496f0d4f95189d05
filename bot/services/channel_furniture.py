"""The channel's topic and bookmarks. Steps of a job."""

from datetime import datetime

from bot.services.draw import CARD, TOPIC
from bot.services.parts import Parts
from bot.views import card
from incidents.incident import Incident
from storage.journal.run import JobRun
from storage.messages import PostedMessage
from storage.unit_of_work import UnitOfWork


async def topic(parts: Parts, run: JobRun, incident: Incident) -> None:
    """Set the topic; from then on it follows the incident."""
    channel = incident.channel_id or ""
    current, posted = await parts.database.read(lambda work: _topic(work, incident.id))
    revision = posted.wanted if run.is_fresh("topic") else 0
    await run.step("topic", lambda: parts.workspace.set_topic(channel, card.topic(current)))
    if posted.ts is None:
        await parts.database.write(
            lambda work: work.messages.posted(posted.id, channel_id=channel, ts=TOPIC, revision=revision)
        )
        parts.refresher.wake([posted.id])


async def _topic(work: UnitOfWork, incident_id: int) -> tuple[Incident, PostedMessage]:
    [posted] = await work.messages.of(incident_id, TOPIC)
    return await work.incidents.get(incident_id), posted


async def bookmarks(parts: Parts, run: JobRun, incident: Incident) -> None:
    """Link to the list of incidents, and to the card once it is there."""
    await parts.workspace.identify()  # a link begins with the workspace's address
    common = await parts.workspace.channel_id(parts.organisation.channels.incidents)
    await _bookmark(
        parts, run, incident, "All incidents", parts.workspace.permalink(common) if common else None
    )


async def bookmark_card(parts: Parts, run: JobRun, incident: Incident, ts: str) -> None:
    """Link to the pinned card."""
    await parts.workspace.identify()
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
