"""Reminders of the next status update: privately first, then in the channel, then to the severity's people.

All three timers are set when the time of the next update is; publishing takes them back. A timer that fires
looks first whether its update is still owed.
"""

from datetime import datetime, timedelta
from typing import Final

from bot.services.channel_people import references
from bot.services.draw import ANNOUNCEMENT, CARD
from bot.services.parts import Parts
from bot.services.post_once import post_once
from bot.views import answers, mrkdwn
from incidents.incident import Incident
from incidents.timeline import EntryKind
from storage.jobs import NewJob
from storage.journal.model import JobKind
from storage.journal.run import JobRun
from storage.unit_of_work import UnitOfWork

KIND: Final = "update_due"
SOON, OVERDUE, ESCALATED = "soon", "overdue", "escalated"
_MENTIONED: Final = 15


async def enqueue(work: UnitOfWork, parts: Parts, incident: Incident, *, now: datetime) -> None:
    """Set the timers for the incident's next update, in place of those set before."""
    await work.jobs.cancel_all(incident.id, KIND)
    due = incident.next_update_at
    if due is None or not incident.status.is_open:
        return
    reminders = parts.organisation.reminders
    stages = {
        OVERDUE: due,
        ESCALATED: due + timedelta(minutes=reminders.escalate_after_minutes),
    }
    lead = due - timedelta(minutes=reminders.lead_minutes)
    if reminders.lead_minutes and lead > now:
        stages[SOON] = lead
    for stage, run_at in stages.items():
        await work.jobs.add(_timer(incident, stage, due, run_at, set_at=now), now=now)


def _timer(incident: Incident, stage: str, due: datetime, run_at: datetime, *, set_at: datetime) -> NewJob:
    """A timer; when it was set is part of its key, since one taken back may be set again for the same moment."""
    return NewJob(
        kind=KIND,
        key=f"{KIND}:{incident.id}:{set_at.timestamp():.6f}:{stage}:{run_at.timestamp():.3f}",
        args={"stage": stage, "due": due.isoformat(), "at": run_at.isoformat(), "set": set_at.isoformat()},
        run_at=run_at,
        incident_id=incident.id,
    )


def kind(parts: Parts) -> JobKind:
    """The journal's kind of job."""

    async def body(run: JobRun) -> None:
        incident = await parts.database.read(lambda work: work.incidents.get(run.incident_id or 0))
        due = datetime.fromisoformat(run.args["due"])
        if incident.status.is_open and incident.next_update_at == due:
            await _STAGES[run.args["stage"]](parts, run, incident, due)

    return JobKind(KIND, body)


async def _soon(parts: Parts, run: JobRun, incident: Incident, _due: datetime) -> None:
    """A private nudge to who owes the update."""
    owes = incident.commander or incident.reporter
    tell = parts.workspace.tell
    await run.step("nudge", lambda: tell(owes, answers.update_soon(incident), channel=incident.channel_id))


async def _overdue(parts: Parts, run: JobRun, incident: Incident, _due: datetime) -> None:
    """Say it in the channel, to who owes the update."""
    who = mrkdwn.user(incident.commander or incident.reporter)
    await _say(parts, run, incident, who, 0)


async def _escalated(parts: Parts, run: JobRun, incident: Incident, due: datetime) -> None:
    """Call the severity's people, and come back after another cadence while nobody has answered."""
    level = parts.scheme.get(incident.severity)
    owes = incident.commander or incident.reporter
    users, _ = await parts.workspace.people([owes, *references(parts, incident)])
    who = " ".join(mrkdwn.user(user) for user in users[:_MENTIONED])
    now = parts.clock.now()
    await _say(parts, run, incident, who, int((now - due).total_seconds() // 60))
    cadence = level.update_cadence if level and level.update_cadence else timedelta(hours=1)
    again = datetime.fromisoformat(run.args["at"]) + cadence  # the same however often this is tried
    timer = _timer(incident, ESCALATED, due, again, set_at=datetime.fromisoformat(run.args["set"]))
    await parts.database.write(lambda work: work.jobs.add(timer, now=now))


async def _say(parts: Parts, run: JobRun, incident: Incident, who: str, minutes: int) -> None:
    if incident.channel_id:
        await post_once(parts, run, incident.channel_id, answers.overdue(incident, who, minutes), "overdue")
    else:
        await run.step(
            "told", lambda: parts.workspace.tell(incident.reporter, answers.overdue(incident, who, minutes))
        )

    async def record(work: UnitOfWork) -> None:
        text = f"Status update overdue by {minutes} min" if minutes else "Status update overdue"
        await work.timeline.append(
            incident.id, at=parts.clock.now(), actor="cordon", kind=EntryKind.UPDATE_OVERDUE, text=text
        )
        await parts.refresher.touch(work, incident.id, CARD, ANNOUNCEMENT)

    await run.step("record", lambda: parts.database.write(record))


_STAGES: Final = {SOON: _soon, OVERDUE: _overdue, ESCALATED: _escalated}
