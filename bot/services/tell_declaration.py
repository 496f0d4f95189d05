"""Tells the channels and people that a severity names, without calling them. Nobody hears so of what is private."""

from datetime import datetime
from typing import Final

from bot.services.parts import Parts
from bot.services.post_once import post_once
from bot.views import answers
from incidents.errors import TemporaryError
from incidents.incident import Incident
from storage.jobs import NewJob
from storage.journal.model import JobKind
from storage.journal.run import JobRun
from storage.unit_of_work import UnitOfWork

KIND: Final = "tell_declaration"


async def enqueue(
    work: UnitOfWork, parts: Parts, incident: Incident, severity: str, *, now: datetime
) -> None:
    """Let those of this severity be told, once; of a private incident or a quiet drill nobody is."""
    level = parts.scheme.get(severity)
    if incident.private or not incident.calls or level is None or not level.tell:
        return
    key = f"{KIND}:{incident.id}:{severity}"
    await work.jobs.add(NewJob(KIND, key, {"severity": severity}, incident_id=incident.id), now=now)


def kind(parts: Parts) -> JobKind:
    """The journal's kind of job."""

    async def body(run: JobRun) -> None:
        level = parts.scheme.get(run.args["severity"])
        if level is None or not level.tell:
            return
        incident = await parts.database.read(lambda work: work.incidents.get(run.incident_id or 0))
        said = answers.heads_up(incident)
        for number, place in enumerate(level.tell):
            if place[0] in "#CG":
                await _in_channel(parts, run, place, incident, number)
            else:
                users, _ = await parts.workspace.people([place])
                for user in users:
                    await run.step(f"tell-{user}", lambda user=user: parts.workspace.tell(user, said))  # type: ignore[misc]

    return JobKind(KIND, body)


async def _in_channel(parts: Parts, run: JobRun, place: str, incident: Incident, number: int) -> None:
    channel = await parts.workspace.channel_id(place)
    if channel is None:
        text = f"I am not in {place}, which cordon.yaml has told of {incident.severity}: invite me there"
        raise TemporaryError("Slack", "not_in_channel", text)
    await post_once(parts, run, channel, answers.heads_up(incident), f"channel-{number}")
