"""What a person saw of a run in doubt, or wants to be looked at once more."""

from datetime import datetime

from bot.services.contain import carry_out
from bot.services.contain.allowed import person_of, refuse, run_and_incident
from bot.services.contain.change_run import change_run, keep, record, rule_of
from bot.services.parts import Parts
from incidents.crew import crew_of
from incidents.rights import reaches
from incidents.run_moves import did_not_happen, look
from incidents.run_states import RunState
from incidents.runs import Run
from incidents.timeline import EntryKind
from storage.unit_of_work import UnitOfWork


async def look_again(parts: Parts, run_id: int, *, by: str, delivery: str) -> Run:
    """Verify a run's effect once more: somebody saw that it did happen, or the effect was not seen before.

    Raises:
        NotAllowedError: the policy does not let them run such an action.
        IllegalMoveError: there is nothing to look at.
    """
    await _check(parts, run_id, by)

    async def change(work: UnitOfWork, run: Run, now: datetime) -> Run:
        looking = await keep(work, parts, look(run))
        if run.state is RunState.IN_DOUBT:
            text = f"{run.named} did happen, somebody looked; its effect is being verified"
            await record(work, looking, EntryKind.RUN_STARTED, text, by=by, now=now)
        await carry_out.enqueue(work, looking, now)
        return looking

    return await change_run(parts, run_id, change, delivery=delivery)


async def nothing_happened(parts: Parts, run_id: int, *, by: str, delivery: str) -> Run:
    """A run in doubt of which somebody saw that it did nothing; raises as `look_again` does."""
    await _check(parts, run_id, by)

    async def change(work: UnitOfWork, run: Run, now: datetime) -> Run:
        settled = await keep(work, parts, _settled(run, by, now))
        for child in await work.runs.children(run.id):
            if child.state is RunState.IN_DOUBT:
                await keep(work, parts, _settled(child, by, now))
        text = f"{run.named} did not happen: somebody looked"
        await record(work, settled, EntryKind.RUN_FAILED, text, by=by, now=now)
        return settled

    return await change_run(parts, run_id, change, delivery=delivery)


def _settled(run: Run, by: str, now: datetime) -> Run:
    """As the rules have it; who looked stands in the timeline, and a failure's words hold no mention."""
    settled = did_not_happen(run, by, now)
    failure = settled.failure and settled.failure.model_copy(
        update={"now": "Somebody looked: nothing was changed."}
    )
    return settled.model_copy(update={"failure": failure})


async def _check(parts: Parts, run_id: int, by: str) -> None:
    run, incident = await run_and_incident(parts, run_id)
    rule, crew = rule_of(parts, run, incident), crew_of(incident)
    if not reaches(rule.run, await person_of(parts, rule.run, by, crew)):
        await refuse(parts, incident, by, f"You can't decide about {run.named}: you may not run it either.")
