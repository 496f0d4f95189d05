"""Merge an incident into another one that is about the same: both records and both channels point at each other."""

from datetime import datetime

from bot.services import archive_channel, gates, notice, over
from bot.services.changing import change_incident
from bot.services.parts import Parts
from bot.views import mrkdwn, wording
from incidents.errors import IllegalMoveError
from incidents.incident import Incident
from incidents.lifecycle import Stage
from incidents.timeline import EntryKind
from storage.unit_of_work import UnitOfWork


async def merge(parts: Parts, incident_id: int, into: int, *, by: str, delivery: str) -> Incident:
    """End an incident as a duplicate of another; who works on it goes on there.

    Raises:
        NotFoundError: there is no such incident.
        IllegalMoveError: it is over, the other one is, they are one, or one is a drill or private and the other not.
    """

    async def change(work: UnitOfWork, incident: Incident, now: datetime) -> Incident:
        main = await work.incidents.get(into, lock=True)
        _check(incident, main)
        gates.check(parts, incident, Stage.MERGED)
        for one, other, said in (
            (incident, main, f"Merged into {main.key}, as a duplicate of it"),
            (
                main,
                incident,
                f"{incident.key} was merged into this incident, as a duplicate: {incident.title}",
            ),
        ):
            await work.timeline.append(
                one.id, at=now, actor=by, kind=EntryKind.MERGED, text=said, details={"other": other.key}
            )
        merged = await work.incidents.change(
            incident.id, status=Stage.MERGED, merged_into=main.id, **over.columns(now)
        )
        await over.settle(work, parts, merged, now=now)
        await archive_channel.enqueue(work, parts, merged, now=now)
        await _say(work, merged, main, by=by, delivery=delivery, now=now)
        return merged

    return await change_incident(parts, incident_id, change, delivery=delivery)


def _check(incident: Incident, main: Incident) -> None:
    if incident.id == main.id:
        raise IllegalMoveError(f"{incident.key} can't be merged into itself. Name the other one.")
    if main.status.is_over:
        raise IllegalMoveError(
            f"{main.key} is {main.status.words}. Reopen it first, or merge the other way round."
        )
    if incident.drill != main.drill:
        raise IllegalMoveError("A drill and a real incident are never merged.")
    if incident.private != main.private:
        raise IllegalMoveError(
            "A private incident and a public one are never merged: one would tell of the other."
        )


async def _say(
    work: UnitOfWork, incident: Incident, main: Incident, *, by: str, delivery: str, now: datetime
) -> None:
    here = f"🔗 *Merged into {main.key}* by {mrkdwn.user(by)}. Please go on in {wording.channel(main)}."
    there = (
        f"🔗 {incident.key} “{mrkdwn.escape(incident.title)}” was merged into this incident by"
        f" {mrkdwn.user(by)}. What was found there: {wording.channel(incident)}"
    )
    await notice.enqueue(work, incident.id, f"merged:{delivery}", here, now=now)
    await notice.enqueue(work, main.id, f"merged:{delivery}:{incident.id}", there, now=now)
