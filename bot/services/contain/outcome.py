"""How a run ended: kept with it, written into the timeline, and said aloud where somebody has to do something."""

from datetime import datetime

from bot.services import notice
from bot.services.contain.change_run import change_run, keep, record
from bot.services.contain.tick import tick
from bot.services.parts import Parts
from bot.views import run as view
from incidents.containment import ActionError, Effect, Plan, Verification
from incidents.run_moves import fail, not_seen, outdate, seen, start
from incidents.run_states import RunState
from incidents.runs import Failure, Run
from incidents.timeline import EntryKind
from storage.unit_of_work import UnitOfWork


async def verified(parts: Parts, run_id: int, verification: Verification) -> Run:
    """The run after its effect was looked at; seen or not."""

    async def change(work: UnitOfWork, run: Run, now: datetime) -> Run:
        return await ended_seen(work, parts, run, verification, now)

    return await change_run(parts, run_id, change)


async def ended_seen(
    work: UnitOfWork, parts: Parts, run: Run, verification: Verification, now: datetime
) -> Run:
    """The same within a transaction."""
    after = await keep(work, parts, seen(run, verification, now))
    evidence = "; ".join(verification.evidence)
    if verification.verified:
        text = f"{run.named} verified: {evidence}"
        await record(
            work, after, EntryKind.RUN_VERIFIED, text, by=run.requester, now=now, seconds=_seconds(after)
        )
        await tick(work, parts, after, now)
        return after
    text = f"{run.named} was carried out, but its effect was not seen: {evidence}"
    await record(work, after, EntryKind.RUN_FAILED, text, by=run.requester, now=now, seconds=_seconds(after))
    await say(work, after, now)
    return after


async def not_verified(parts: Parts, run_id: int, error: ActionError) -> Run:
    """The run whose effect could not be looked at."""
    return await change_run(
        parts, run_id, lambda work, run, now: ended_unseen(work, parts, run, Failure.of(error), now)
    )


async def ended_unseen(work: UnitOfWork, parts: Parts, run: Run, failure: Failure, now: datetime) -> Run:
    """The same within a transaction."""
    after = await keep(work, parts, not_seen(run, failure, now))
    await _failed(work, after, failure, now)
    return after


async def failed(parts: Parts, run_id: int, error: ActionError) -> Run:
    """The run that did not work, from whatever state it was in when that was seen."""

    async def change(work: UnitOfWork, run: Run, now: datetime) -> Run:
        if run.state is RunState.VERIFYING:
            return await ended_unseen(work, parts, run, Failure.of(error), now)
        if run.state is RunState.APPROVED:
            run = await keep(work, parts, start(run.model_copy(update={"approved_until": None}), now))
        return await ended_failed(work, parts, run, Failure.of(error), now)

    return await change_run(parts, run_id, change)


async def ended_failed(work: UnitOfWork, parts: Parts, run: Run, failure: Failure, now: datetime) -> Run:
    """The same within a transaction, of one that runs."""
    after = await keep(work, parts, fail(run, failure, now))
    await _failed(work, after, failure, now)
    return after


async def outdated(parts: Parts, run_id: int, now_is: Plan | ActionError) -> Run:
    """The run whose plan does not hold any more; nothing was done."""

    async def change(work: UnitOfWork, run: Run, now: datetime) -> Run:
        failure = Failure.of(now_is) if isinstance(now_is, ActionError) else _changed(run, now_is)
        after = await keep(work, parts, outdate(run, failure, now))
        await _failed(work, after, failure, now)
        return after

    return await change_run(parts, run_id, change)


async def say(work: UnitOfWork, run: Run, now: datetime) -> None:
    """Say aloud in the channel what needs somebody; a step is spoken of by its sequence."""
    if run.parent_id is None:
        await notice.enqueue(
            work, run.incident_id, f"run-{run.id}-{run.version}", view.needs_somebody(run), now=now
        )


async def _failed(work: UnitOfWork, run: Run, failure: Failure, now: datetime) -> None:
    kind = EntryKind.RUN_IN_DOUBT if run.state is RunState.IN_DOUBT else EntryKind.RUN_FAILED
    text = f"{run.named} is {run.state.words}. {failure.failed} {failure.now} {failure.then}"
    await record(
        work,
        run,
        kind,
        text,
        by=run.requester,
        now=now,
        effect=failure.effect.value,
        seconds=_seconds(run),
    )
    await say(work, run, now)


def _changed(run: Run, now: Plan) -> Failure:
    """What was shown, and what is there now."""
    shown = {one.what: one for one in (run.plan.changes if run.plan else ())}
    told = [
        f"{one.what} was {shown[one.what].before} and is {one.before} now"
        for one in now.changes
        if one.what in shown and shown[one.what].before != one.before
    ]
    return Failure(
        failed=f"The world has changed since the plan was shown: {'; '.join(told) or 'the target is not the same any more'}.",
        now="Nothing was done.",
        then="Press Run again to see a new plan, and have it approved anew where it must be.",
        effect=Effect.NONE,
    )


def _seconds(run: Run) -> str:
    if run.started_at is None or run.finished_at is None:
        return ""
    return f"{(run.finished_at - run.started_at).total_seconds():.1f}"
