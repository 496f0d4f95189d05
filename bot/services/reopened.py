"""After reopening: the channel comes back if it was archived, and everybody in it is told."""

from datetime import datetime
from typing import Final

from bot.services.parts import Parts
from bot.services.post_once import post_once
from bot.views import answers, mrkdwn
from incidents.errors import PermanentError
from incidents.incident import Incident
from storage.jobs import NewJob
from storage.journal.model import JobKind
from storage.journal.run import JobRun
from storage.unit_of_work import UnitOfWork

KIND: Final = "reopened"


async def enqueue(work: UnitOfWork, was: Incident, *, by: str, now: datetime) -> None:
    """Let it be told; `was` is the incident as it was before."""
    args = {"by": by, "from": was.status.words, "archived": was.archived_at is not None}
    key = f"{KIND}:{was.id}:{now.timestamp():.6f}"
    await work.jobs.add(NewJob(KIND, key, args, incident_id=was.id), now=now)


def kind(parts: Parts) -> JobKind:
    """The journal's kind of job."""

    async def body(run: JobRun) -> None:
        incident = await parts.database.read(lambda work: work.incidents.get(run.incident_id or 0))
        channel = incident.channel_id
        if channel is None:
            return
        if run.args["archived"] and not await run.step("unarchive", lambda: _unarchive(parts, channel)):
            said = (
                f"{incident.key} is open again, but Slack doesn't let me bring its channel back:"
                f" open {mrkdwn.channel(channel)} and choose *Unarchive channel*."
            )
            await run.step("told", lambda: parts.workspace.tell(run.args["by"], answers.told(said)))
            return
        said = f"🔁 *Reopened* by {mrkdwn.user(run.args['by'])}; it was {run.args['from']}."
        await post_once(parts, run, channel, answers.told(said), "reopened")

    return JobKind(KIND, body)


async def _unarchive(parts: Parts, channel: str) -> bool:
    """Whether the channel is back."""
    try:
        await parts.workspace.unarchive(channel)
    except PermanentError:
        return False
    return True
