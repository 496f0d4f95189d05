"""Slack refused a private channel: the declaration fails clearly, since nothing of it may be seen anywhere else."""

from bot.services import over
from bot.services.parts import Parts
from bot.views import answers
from incidents.errors import PermanentError
from incidents.incident import Incident
from incidents.lifecycle import Stage
from incidents.timeline import EntryKind
from storage.journal.run import JobRun
from storage.unit_of_work import UnitOfWork


async def end(parts: Parts, run: JobRun, incident: Incident, refusal: PermanentError) -> None:
    """Cancel the incident and tell who declared it, alone."""

    async def cancel(work: UnitOfWork) -> None:
        now = parts.clock.now()
        current = await work.incidents.get(incident.id, lock=True)
        if current.status.is_over:
            return
        changed = await work.incidents.change(incident.id, status=Stage.CANCELLED, **over.columns(now))
        await work.timeline.append(
            incident.id,
            at=now,
            actor="cordon",
            kind=EntryKind.CANCELLED,
            text=f"Not opened: Slack refused a private channel ({refusal.code})",
        )
        await over.settle(work, parts, changed, now=now)

    await run.step("cancel", lambda: parts.database.write(cancel))
    said = (
        f"⛔ *{incident.key} was NOT opened*: Slack refused to make a private channel (`{refusal.code}`). Nobody was told."
        " Ask an admin to let Cordon make private channels, or declare it again without --private."
    )
    tell = parts.workspace.tell
    origin = run.args.get("origin")
    await run.step("told", lambda: tell(incident.reporter, answers.told(said), channel=origin))
