"""An incident that nobody commands is escalated once its response time is over, and again until somebody does."""

from datetime import datetime
from typing import Final

from bot.services.channel_people import references
from bot.services.draw import ANNOUNCEMENT, CARD
from bot.services.parts import Parts
from bot.services.post_once import post_once
from bot.views import answers, mrkdwn
from incidents.business_hours import response_due
from incidents.incident import Incident
from incidents.timeline import EntryKind
from storage.jobs import NewJob
from storage.journal.model import JobKind
from storage.journal.run import JobRun
from storage.unit_of_work import UnitOfWork

KIND: Final = "unattended"
_MENTIONED: Final = 15


async def enqueue(
    work: UnitOfWork, parts: Parts, incident: Incident, *, now: datetime, first: bool = False
) -> None:
    """Set the timer anew, from now on, or take it back where the incident has a commander or is over.

    Args:
        work: the transaction.
        parts: what the use cases work with.
        incident: as it is then.
        now: the time.
        first: whether none can have been set before.
    """
    if not first:
        await work.jobs.cancel_all(incident.id, KIND)
    level = parts.scheme.get(incident.severity)
    if level is None or incident.commander or incident.status.is_over:
        return
    due = response_due(level, now, parts.organisation.business_hours.as_hours())
    job = NewJob(
        KIND,
        f"{KIND}:{incident.id}:{now.timestamp():.6f}",
        {"since": now.isoformat(), "round": 1},
        run_at=due,
        incident_id=incident.id,
    )
    await work.jobs.add(job, now=now)


def kind(parts: Parts) -> JobKind:
    """The journal's kind of job."""

    async def body(run: JobRun) -> None:
        incident = await parts.database.read(lambda work: work.incidents.get(run.incident_id or 0))
        if incident.commander or incident.status.is_over:
            return
        since = datetime.fromisoformat(run.args["since"])
        minutes = int((parts.clock.now() - since).total_seconds() // 60)
        who = await _people(parts, incident)
        message = answers.unattended(incident, who, minutes)
        if incident.channel_id:
            await post_once(parts, run, incident.channel_id, message, "escalation")
        else:
            await run.step("told", lambda: parts.workspace.tell(incident.reporter, message))
        again = _again(parts, run, incident)

        async def record(work: UnitOfWork) -> None:
            text = f"Nobody has taken command for {minutes} min: the severity's people were called"
            now = parts.clock.now()
            await work.timeline.append(
                incident.id, at=now, actor="cordon", kind=EntryKind.ESCALATED, text=text
            )
            await work.jobs.add(again, now=now)
            await parts.refresher.touch(work, incident.id, CARD, ANNOUNCEMENT)

        await run.step("record", lambda: parts.database.write(record))

    return JobKind(KIND, body)


async def _people(parts: Parts, incident: Incident) -> str:
    """Whom to call: the severity's people, and who declared it."""
    users, _ = await parts.workspace.people([incident.reporter, *references(parts, incident)])
    return " ".join(mrkdwn.user(user) for user in users[:_MENTIONED])


def _again(parts: Parts, run: JobRun, incident: Incident) -> NewJob:
    """The next call, after another response time; the same however often this one is tried."""
    since, number = str(run.args["since"]), int(run.args["round"]) + 1
    level = parts.scheme.get(incident.severity) or parts.scheme.levels[0]
    hours = parts.organisation.business_hours.as_hours()
    return NewJob(
        KIND,
        f"{KIND}:{incident.id}:{since}:{number}",
        {"since": since, "round": number},
        run_at=response_due(level, parts.clock.now(), hours),
        incident_id=incident.id,
    )
