"""Reminders of the next status update: privately first, then in the channel, then step by step to others.

All timers are set when the time of the next update is; publishing takes them back. A timer that fires
looks first whether its update is still owed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.organisation import SEVERITY, Escalation
from bot.services.channel_people import references
from bot.services.draw import ANNOUNCEMENT, CARD
from bot.services.parts import Parts
from bot.services.post_once import post_once
from bot.views import answers, mrkdwn
from incidents.crew import crew_of, owes_updates
from incidents.incident import Incident
from incidents.roles import Role
from incidents.timeline import EntryKind
from storage.jobs import NewJob
from storage.journal.model import JobKind
from storage.journal.run import JobRun
from storage.unit_of_work import UnitOfWork

KIND: Final = "update_due"
SOON, OVERDUE, ESCALATED = "soon", "overdue", "escalated"
_MENTIONED: Final = 15


async def enqueue(
    work: UnitOfWork, parts: Parts, incident: Incident, *, now: datetime, first: bool = False
) -> None:
    """Set the timers for the incident's next update, in place of those set before; `first` where there are none."""
    if not first:
        await work.jobs.cancel_all(incident.id, KIND)
    due = incident.next_update_at
    if due is None or not incident.status.is_open:
        return
    reminders = parts.organisation.reminders
    timers = [_Timer(OVERDUE, due, due, now)]
    for number, step in enumerate(reminders.steps):
        timers.append(_Timer(ESCALATED, due, due + timedelta(minutes=step.after_minutes), now, number))
    lead = due - timedelta(minutes=reminders.lead_minutes)
    if reminders.lead_minutes and lead > now:
        timers.append(_Timer(SOON, due, lead, now))
    await work.jobs.add_timers([_job(incident, timer) for timer in timers], now=now)


@dataclass(frozen=True)
class _Timer:
    """What fires when about an update that is due, when that was set, and which step of the escalation it is."""

    stage: str
    due: datetime
    at: datetime
    set_at: datetime
    step: int = 0


def _job(incident: Incident, timer: _Timer) -> NewJob:
    """A timer's job; when it was set is part of its key, since one taken back may be set again for the same moment."""
    stage = f"{timer.stage}-{timer.step}" if timer.step else timer.stage
    return NewJob(
        kind=KIND,
        key=f"{KIND}:{incident.id}:{timer.set_at.timestamp():.6f}:{stage}:{timer.at.timestamp():.3f}",
        args={
            "stage": timer.stage,
            "due": timer.due.isoformat(),
            "at": timer.at.isoformat(),
            "set": timer.set_at.isoformat(),
            "step": timer.step,
        },
        run_at=timer.at,
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
    owes = owes_updates(incident)
    tell = parts.workspace.tell
    await run.step("nudge", lambda: tell(owes, answers.update_soon(incident), channel=incident.channel_id))


async def _overdue(parts: Parts, run: JobRun, incident: Incident, _due: datetime) -> None:
    """Say it in the channel, to who owes the update and to the commander."""
    users = dict.fromkeys([owes_updates(incident), *([incident.commander] if incident.commander else [])])
    await _say(parts, run, incident, _mentions(list(users)), 0)


async def _escalated(parts: Parts, run: JobRun, incident: Incident, due: datetime) -> None:
    """Call the people of this step. The last step comes back at the cadence while nobody has answered."""
    steps = parts.organisation.reminders.steps
    number = min(int(run.args.get("step", 0)), len(steps) - 1)  # cordon.yaml may have changed since
    users, _ = await parts.workspace.people(
        [owes_updates(incident), *_called(parts, incident, steps[number])]
    )
    now = parts.clock.now()
    await _say(parts, run, incident, _mentions(users), int((now - due).total_seconds() // 60))
    if number + 1 < len(steps):
        return
    level = parts.scheme.get(incident.severity)
    cadence = level.update_cadence if level and level.update_cadence else timedelta(hours=1)
    again = datetime.fromisoformat(run.args["at"]) + cadence  # the same however often this is tried
    timer = _Timer(ESCALATED, due, again, datetime.fromisoformat(run.args["set"]), number)
    await parts.database.write(lambda work: work.jobs.add(_job(incident, timer), now=now))


def _called(parts: Parts, incident: Incident, step: Escalation) -> list[str]:
    """Whom a step means, as references; a drill that calls nobody is heard by who leads it alone."""
    if not incident.calls:
        return []
    crew, roles = crew_of(incident), {role.value: role for role in Role}
    found: list[str] = []
    for one in step.people:
        if one == SEVERITY:
            found += references(parts, incident)
        elif one in roles:
            found += [holder.user for holder in crew.of(roles[one])]
        else:
            found.append(one)
    return found


def _mentions(users: Sequence[str]) -> str:
    return " ".join(mrkdwn.user(user) for user in users[:_MENTIONED])


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
