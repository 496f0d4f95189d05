"""Access to a private incident: asked for by somebody outside, decided in its channel by who has the right.

Who asks hears the same whether there is such an incident or not, and the outcome only when it is decided.
"""

from datetime import datetime
from typing import Final

from bot.services.changing import change_incident
from bot.services.parts import Parts
from bot.services.post_once import post_once
from bot.views import access as view
from bot.views import answers
from incidents.errors import ConflictError, NotFoundError, OutageError
from incidents.incident import Incident
from incidents.timeline import EntryKind
from storage.jobs import NewJob
from storage.journal.model import JobKind
from storage.journal.run import JobRun
from storage.unit_of_work import UnitOfWork

KIND: Final = "ask_access"


async def ask(parts: Parts, incident_id: int, *, by: str, delivery: str) -> None:
    """Ask the members of a private incident's channel; once an hour for each person."""
    try:
        incident = await parts.database.read(lambda work: work.incidents.get(incident_id))
    except NotFoundError:
        return
    if not incident.private or incident.status.is_over:
        return

    async def change(work: UnitOfWork, incident: Incident, now: datetime) -> Incident:
        key = f"{KIND}:{incident.id}:{by}:{now:%Y%m%d%H}"
        entries, _ = await work.timeline.newest(incident.id)
        args = {"by": by, "seq": entries + 1}
        if await work.jobs.add(NewJob(KIND, key, args, incident_id=incident.id), now=now) is None:
            return incident
        await work.timeline.append(
            incident.id,
            at=now,
            actor=by,
            kind=EntryKind.ACCESS_ASKED,
            text="Asked to be let in",
            ref=_ref(incident.id, entries + 1),
        )
        return incident

    await change_incident(parts, incident_id, change, delivery=delivery)


async def decide(
    parts: Parts, incident_id: int, seq: int, who: str, *, grant: bool, by: str, delivery: str
) -> None:
    """Let a person in, or not.

    Raises:
        ConflictError: it was decided before.
        NotFoundError: Slack won't let them in.
    """
    incident = await parts.database.read(lambda work: work.incidents.get(incident_id))
    await parts.database.read(lambda work: _undecided(work, incident_id, seq))
    if grant and await parts.workspace.invite(incident.channel_id or "", [who]):
        raise NotFoundError("Slack won't let them in: a guest, or deactivated. Invite them by hand.")

    async def change(work: UnitOfWork, incident: Incident, now: datetime) -> Incident:
        await _undecided(work, incident_id, seq)
        word = "let in" if grant else "not let in"
        text = f"{who} was {word}"
        details = {"person": who, "granted": str(grant).lower()}
        ref = _ref(incident_id, seq)
        await work.timeline.append(
            incident_id, at=now, actor=by, kind=EntryKind.ACCESS_DECIDED, text=text, ref=ref, details=details
        )
        args = {"told": who, "granted": grant, "by": by}
        job = NewJob(KIND, f"{KIND}:{incident_id}:decided:{seq}", args, incident_id=incident_id)
        await work.jobs.add(job, now=now)
        return incident

    await change_incident(parts, incident_id, change, delivery=delivery)


async def _undecided(work: UnitOfWork, incident_id: int, seq: int) -> None:
    told = await work.timeline.about(_ref(incident_id, seq))
    if any(entry.kind is EntryKind.ACCESS_DECIDED for entry in told):
        raise ConflictError("That was decided before. Nothing was changed.")


def kind(parts: Parts) -> JobKind:
    """The journal's kind of job: the question in the channel, and later the answer to who asked."""

    async def body(run: JobRun) -> None:
        incident = await parts.database.read(lambda work: work.incidents.get(run.incident_id or 0))
        if incident.channel_id is None:
            raise OutageError("Slack", "no_channel", "the incident's channel is not open yet")
        if "told" not in run.args:
            asked = view.question(incident, run.args["by"], int(run.args["seq"]))
            await post_once(parts, run, incident.channel_id, asked, "question")
            return
        who, granted = str(run.args["told"]), bool(run.args["granted"])
        said = view.outcome(incident, granted=granted)
        await run.step("tell", lambda: parts.workspace.tell(who, said))
        decided = answers.told(view.decided(who, run.args["by"], granted=granted))
        await post_once(parts, run, incident.channel_id, decided, "decided")

    return JobKind(KIND, body)


def _ref(incident_id: int, seq: int) -> str:
    return f"INC-{incident_id}/access/{seq}"
