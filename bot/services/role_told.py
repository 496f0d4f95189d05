"""Who has a new role is brought into the channel and told the duties alone; what was given by another is said aloud."""

from datetime import datetime
from typing import Final

from bot.services.parts import Parts
from bot.services.post_once import post_once
from bot.views import roles as view
from incidents.errors import OutageError, OutsideError
from incidents.roles import Role
from storage.jobs import NewJob
from storage.journal.model import JobKind
from storage.journal.run import JobRun
from storage.unit_of_work import UnitOfWork

KIND: Final = "role_told"


async def enqueue(
    work: UnitOfWork, incident_id: int, seq: int, role: Role, to: str, *, by: str, note: str, now: datetime
) -> None:
    """Let them be told after the commit; `seq` is the timeline entry's number."""
    args = {"role": role.value, "to": to, "by": by, "note": note}
    await work.jobs.add(NewJob(KIND, f"{KIND}:{incident_id}:{seq}", args, incident_id=incident_id), now=now)


def kind(parts: Parts) -> JobKind:
    """The journal's kind of job."""

    async def body(run: JobRun) -> None:
        incident = await parts.database.read(lambda work: work.incidents.get(run.incident_id or 0))
        role, to, by = Role(run.args["role"]), str(run.args["to"]), str(run.args["by"])
        channel = incident.channel_id
        duties = view.duties(incident, role, by=by, to=to, note=run.args["note"])
        await _invite(parts, run, channel, to)
        # told before it can be known whether the channel will open
        await run.step("duties", lambda: parts.workspace.tell(to, duties, channel=channel))
        if channel is None:
            raise OutageError("Slack", "no_channel", "the incident's channel is not open yet")
        said = view.announced(role, by=by, to=to, note=run.args["note"])
        await post_once(parts, run, channel, said, "announced")

    return JobKind(KIND, body)


async def _invite(parts: Parts, run: JobRun, channel: str | None, to: str) -> None:
    if channel is None:
        return

    async def effect() -> bool:
        try:
            return not await parts.workspace.invite(channel, [to])
        except OutsideError:
            return False  # the duties come by direct message then

    await run.step("invite", effect)
