"""One run of one command, from wherever it stands to its end: planned again, evidence kept, executed, verified.

After a crash it goes on from the state that was kept: executing is safe to repeat with the same plan and key.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.services.contain import expiry
from bot.services.contain.change_run import change_run, changes_in_words, keep, record
from bot.services.contain.keep_evidence import Evidence, is_owed, settle, settled, take
from bot.services.contain.lasting import minutes_of, warned_minutes
from bot.services.contain.opened import opened
from bot.services.contain.outcome import failed, not_verified, outdated, verified
from bot.services.contain.patience import patiently
from bot.services.contain.planning import as_kept, still_holds
from bot.services.contain.progress import Teller
from bot.services.parts import Parts
from commands.base.contract import Prepared
from incidents.containment import ActionError, ChangedMeanwhileError, Plan, Verification
from incidents.errors import IllegalMoveError
from incidents.run_moves import expire, look, start
from incidents.run_states import RunState
from incidents.runs import Run
from incidents.timeline import EntryKind
from storage.unit_of_work import UnitOfWork

_GOING = frozenset({RunState.APPROVED, RunState.RUNNING, RunState.VERIFYING})


async def act(parts: Parts, run_id: int) -> Run:
    """Bring a run to its end; one that does not go on by itself stays as it is.

    Raises:
        OutsideError: the database did not answer; to be called again.
    """
    run = await parts.database.read(lambda work: work.runs.get(run_id))
    if run.state not in _GOING:
        return run
    try:
        async with opened(parts, run.command or "", run.params) as prepared:
            return await _Acting(parts, prepared).go(run)
    except ActionError as error:
        return await failed(parts, run.id, error)


async def begin(parts: Parts, run_id: int) -> Run:
    """The run that acts from now on; expired where its approval is too old."""
    return await change_run(parts, run_id, lambda work, run, now: _begin(work, parts, run, now))


@dataclass(frozen=True)
class _Acting:
    parts: Parts
    prepared: Prepared

    async def go(self, run: Run) -> Run:
        if run.state is RunState.APPROVED:
            run = await self._begin(run)
        if run.state is RunState.RUNNING:
            run = await self._execute(run)
        if run.state is RunState.VERIFYING:
            run = await self._verify(run)
        return run

    async def _begin(self, run: Run) -> Run:
        """Look again whether the plan holds, while the evidence is being kept: containing must not wait for both."""
        if run.parent_id is not None:  # a sequence's step was planned just now
            return await begin(self.parts, run.id)
        taking = asyncio.create_task(take(self.parts, run, self.prepared)) if is_owed(run) else None
        try:
            now = await self._plan()
            if not still_holds(run, now):
                return await outdated(self.parts, run.id, now)
            evidence = await taking if taking is not None else None
            return await self._begin_with(run, evidence)
        finally:
            if taking is not None:
                taking.cancel()
                await asyncio.wait([taking])

    async def _begin_with(self, run: Run, evidence: Evidence | None) -> Run:
        """Begin, and keep what became of the evidence, in one transaction: nothing else may stand before the effect."""

        async def change(work: UnitOfWork, found: Run, now: datetime) -> Run:
            begun = await _begin(work, self.parts, found, now)
            if evidence is None or begun.state is not RunState.RUNNING:
                return begun
            return await settled(work, self.parts, begun, evidence, by="cordon", now=now)

        return await change_run(self.parts, run.id, change)

    async def _plan(self) -> Plan:
        command, params = self.prepared.command, self.prepared.params
        return as_kept(await patiently(self.parts, lambda: command.plan(params)))

    async def _execute(self, run: Run) -> Run:
        if is_owed(run):
            run = await settle(self.parts, run, await take(self.parts, run, self.prepared))
        command, params, plan = self.prepared.command, self.prepared.params, run.plan or Plan(target="")
        teller = Teller(self.parts, run.id)
        try:
            await patiently(self.parts, lambda: command.execute(params, plan, run.key, teller))
        except ChangedMeanwhileError as error:
            return await outdated(self.parts, run.id, error)
        except ActionError as error:
            return await failed(self.parts, run.id, error)
        return await self._looking(run)

    async def _looking(self, run: Run) -> Run:
        """Note that it is being looked at while the look has begun already: a look changes nothing."""
        seeing = asyncio.create_task(self._see(run))
        try:
            run = await change_run(self.parts, run.id, self._look)
            return await self._told(run, await seeing) if run.state is RunState.VERIFYING else run
        finally:
            seeing.cancel()
            await asyncio.wait([seeing])

    async def _look(self, work: UnitOfWork, run: Run, _now: datetime) -> Run:
        return await keep(work, self.parts, look(run), urgent=False)

    async def _verify(self, run: Run) -> Run:
        return await self._told(run, await self._see(run))

    async def _see(self, run: Run) -> Verification | ActionError:
        command, params, plan = self.prepared.command, self.prepared.params, run.plan or Plan(target="")
        teller = Teller(self.parts, run.id)
        try:
            return await patiently(self.parts, lambda: command.verify(params, plan, teller))
        except ActionError as error:
            return error

    async def _told(self, run: Run, seen: Verification | ActionError) -> Run:
        if isinstance(seen, ActionError):
            return await not_verified(self.parts, run.id, seen)
        return await verified(self.parts, run.id, seen)


async def _begin(work: UnitOfWork, parts: Parts, run: Run, now: datetime) -> Run:
    action = parts.organisation.actions.get(run.action)
    minutes = minutes_of(action) if action and run.plan and run.plan.reversible else None
    try:
        started = start(run, now, expires=None if minutes is None else timedelta(minutes=minutes))
    except IllegalMoveError as error:
        expired = await keep(work, parts, expire(run, now))
        await record(work, expired, EntryKind.RUN_CANCELLED, str(error), by="cordon", now=now)
        return expired
    started = await keep(
        work, parts, started, urgent=False
    )  # its message says already that it is about to start
    approvers = {"approvers": ", ".join(one.by for one in run.approvals)} if run.approvals else {}
    text = f"{run.named} started: {changes_in_words(run)}"
    await record(
        work,
        started,
        EntryKind.RUN_STARTED,
        text,
        by=run.requester,
        now=now,
        risk=run.risk.value,
        **approvers,
    )
    if started.reverts_at is not None and action is not None:
        await expiry.enqueue(work, started, warned_minutes(action), now)
    return started
