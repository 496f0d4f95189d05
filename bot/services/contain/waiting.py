"""The clocks of a run that waits: when breaking the glass opens, and when nobody has started it in time."""

from datetime import datetime, timedelta
from typing import Final

from bot.services.contain.change_run import change_run, keep, record, rule_of, show
from bot.services.parts import Parts
from incidents.run_moves import expire
from incidents.run_states import RunState
from incidents.runs import Run
from incidents.timeline import EntryKind
from storage.jobs import NewJob
from storage.journal.model import JobKind
from storage.journal.run import JobRun
from storage.unit_of_work import UnitOfWork

KIND: Final = "run_waiting"
_WAITS: Final = frozenset({RunState.PLANNED, RunState.WAITING_APPROVAL})


async def enqueue(work: UnitOfWork, parts: Parts, run: Run, now: datetime) -> None:
    """Set the clocks of a run that was planned, or sent for approval, just now."""
    rule = rule_of(parts, run, await work.incidents.get(run.incident_id))
    moments = [now + rule.lasting]
    if run.asked_at is not None:
        moments.append(run.asked_at + timedelta(minutes=rule.break_glass.after_minutes))
    for at in moments:
        key = f"{KIND}:{run.id}:{run.version}:{at.timestamp():.3f}"
        job = NewJob(KIND, key, {"run": run.id}, run_at=at, incident_id=run.incident_id)
        await work.jobs.add(job, now=now)


def kind(parts: Parts) -> JobKind:
    """The journal's kind of job."""

    async def body(job: JobRun) -> None:
        await change_run(parts, int(job.args["run"]), change)

    async def change(work: UnitOfWork, run: Run, now: datetime) -> Run:
        if run.state not in _WAITS:
            return run
        rule = rule_of(parts, run, await work.incidents.get(run.incident_id))
        if (run.asked_at or run.planned_at) + rule.lasting > now:
            await show(work, parts, run)
            return run
        expired = await keep(work, parts, expire(run, now))
        text = f"{run.named} expired: nobody {'approved' if run.asked_at else 'started'} it in time"
        await record(work, expired, EntryKind.RUN_CANCELLED, text, by="cordon", now=now)
        return expired

    return JobKind(KIND, body)
