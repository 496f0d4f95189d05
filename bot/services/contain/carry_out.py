"""The job that carries a run out: everything that touches the outside, and nothing that needs Slack."""

from datetime import datetime
from typing import Final

from bot.services.contain.act import act
from bot.services.contain.outcome import failed
from bot.services.contain.sequence import go
from bot.services.parts import Parts
from incidents.containment import ActionError, Effect
from incidents.run_states import RunState
from incidents.runs import Run
from storage.jobs import NewJob
from storage.journal.model import JobKind
from storage.journal.run import JobRun
from storage.unit_of_work import UnitOfWork

KIND: Final = "run"
_GOING: Final = frozenset({RunState.APPROVED, RunState.RUNNING, RunState.VERIFYING})


async def enqueue(work: UnitOfWork, run: Run, now: datetime) -> None:
    """Let a run go on from its state after the commit."""
    job = NewJob(KIND, f"{KIND}:{run.id}:{run.version}", {"run": run.id}, incident_id=run.incident_id)
    await work.jobs.add(job, now=now)


def kind(parts: Parts) -> JobKind:
    """The journal's kind of job."""

    async def body(job: JobRun) -> None:
        run = await parts.database.read(lambda work: work.runs.get(int(job.args["run"])))
        await (go if run.order else act)(parts, run.id)

    async def give_up(job: JobRun, reason: str) -> None:
        """For what went wrong in Cordon itself: commands' failures end the run in words."""
        run = await parts.database.read(lambda work: work.runs.get(int(job.args["run"])))
        if run.state in _GOING:
            await failed(parts, run.id, _unknown(run, reason))

    return JobKind(KIND, body, on_give_up=give_up)


def _unknown(run: Run, reason: str) -> ActionError:
    return ActionError(
        f"Cordon gave {run.named} up: {reason}.",
        now="Whether it happened is not known.",
        then="Look at the target, then press what you saw.",
        effect=Effect.UNKNOWN,
    )
