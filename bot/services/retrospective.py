"""Reminds of the postmortem that a severity asks for within some hours of the resolution."""

from datetime import datetime
from typing import Final

from bot.services import gates
from bot.services.parts import Parts
from bot.services.post_once import post_once
from bot.views import answers, mrkdwn
from incidents.incident import Incident
from incidents.lifecycle import GateKind, Stage
from storage.jobs import NewJob
from storage.journal.model import JobKind
from storage.journal.run import JobRun
from storage.unit_of_work import UnitOfWork

KIND: Final = "retrospective_due"


async def enqueue(work: UnitOfWork, parts: Parts, incident: Incident, *, now: datetime) -> None:
    """Set the timer of a resolved incident, where its severity has a deadline and its playbook wants it."""
    await take_back(work, incident)
    level = parts.scheme.get(incident.severity)
    due = level.retrospective_due if level else None
    if due is None or incident.drill or GateKind.POSTMORTEM not in gates.wanted(parts, incident):
        return
    key = f"{KIND}:{incident.id}:{now.timestamp():.6f}"
    await work.jobs.add(NewJob(KIND, key, run_at=now + due, incident_id=incident.id), now=now)


async def take_back(work: UnitOfWork, incident: Incident) -> None:
    """Forget the timer."""
    await work.jobs.cancel_all(incident.id, KIND)


def kind(parts: Parts) -> JobKind:
    """The journal's kind of job."""

    async def body(run: JobRun) -> None:
        incident = await parts.database.read(lambda work: work.incidents.get(run.incident_id or 0))
        missing = not gates.facts(incident).passes(GateKind.POSTMORTEM)
        if incident.status is not Stage.RESOLVED or not missing or incident.channel_id is None:
            return
        who = mrkdwn.user(incident.commander or incident.reporter)
        said = (
            f"📝 {who} the postmortem of {incident.key} is due now and is not published."
            " Add its link with `/incident postmortem https://…`"
        )
        await post_once(parts, run, incident.channel_id, answers.told(said), "retrospective")

    return JobKind(KIND, body)
