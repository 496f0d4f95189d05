"""What was done for a while is undone by itself when its time is over, with a warning before."""

from datetime import datetime, timedelta
from typing import Final

from bot.services import notice
from bot.services.contain import take_back
from bot.services.contain.change_run import change_run
from bot.services.parts import Parts
from bot.views import run as view
from incidents.errors import ConflictError, TemporaryError
from incidents.run_states import RunState
from incidents.runs import Run
from storage.jobs import NewJob
from storage.journal.model import JobKind
from storage.journal.run import JobRun
from storage.unit_of_work import UnitOfWork

KIND: Final = "run_expiry"
_BUSY: Final = frozenset({RunState.RUNNING, RunState.VERIFYING})
_TRIES: Final = 120
"""About two hours: another run may have the target meanwhile."""


async def enqueue(work: UnitOfWork, run: Run, warned_minutes: int, now: datetime) -> None:
    """Set the clocks of a run that has started and expires."""
    if run.reverts_at is None:
        return
    moments = {"end": run.reverts_at}
    if warned_minutes:
        moments["warning"] = run.reverts_at - timedelta(minutes=warned_minutes)
    for what, at in moments.items():
        args = {"run": run.id, "what": what, "due": run.reverts_at.isoformat()}
        job = NewJob(KIND, f"{KIND}:{run.id}:{what}", args, run_at=at, incident_id=run.incident_id)
        await work.jobs.add(job, now=now)


def kind(parts: Parts) -> JobKind:
    """The journal's kind of job."""

    async def body(job: JobRun) -> None:
        due = datetime.fromisoformat(job.args["due"])
        act = _warn if job.args["what"] == "warning" else _end

        async def change(work: UnitOfWork, run: Run, now: datetime) -> Run:
            return run if run.reverts_at != due else await act(work, parts, run, now)

        try:
            await change_run(parts, int(job.args["run"]), change)
        except ConflictError as error:
            raise TemporaryError("Cordon", "busy", str(error)) from error

    async def give_up(job: JobRun, reason: str) -> None:
        run = await parts.database.read(lambda work: work.runs.get(int(job.args["run"])))
        said = view.did_not_expire(run, reason)
        now = parts.clock.now()
        key = f"expiry-{run.id}"
        await parts.database.write(lambda work: notice.enqueue(work, run.incident_id, key, said, now=now))

    return JobKind(KIND, body, max_attempts=_TRIES, on_give_up=give_up)


async def _warn(work: UnitOfWork, _parts: Parts, run: Run, now: datetime) -> Run:
    if run.reverts_at is not None and run.reverts_at > now:
        said = view.expires_soon(run)
        await notice.enqueue(work, run.incident_id, f"expires-{run.id}", said, now=now)
    return run


async def _end(work: UnitOfWork, parts: Parts, run: Run, now: datetime) -> Run:
    if run.state in _BUSY:
        raise TemporaryError("Cordon", "busy", f"{run.named} is still at work")
    return await take_back.begin(work, parts, run, "cordon", now) if run.may_undo else run
