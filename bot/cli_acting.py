"""Carries runs out in the command line's own process, and tells how far they are.

Only the acting jobs are taken here; whatever is for Slack is left to a bot. A run that is stopped in the middle keeps
its state in the database, and goes on from there in whichever process takes it up.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

from bot.offline import new_owner
from bot.services.contain import carry_out, take_back
from bot.services.parts import Parts
from incidents.run_states import RunState
from incidents.runs import Run
from storage.journal import Journal

_GOING: Final = frozenset({RunState.APPROVED, RunState.RUNNING, RunState.VERIFYING, RunState.REVERTING})
_LOOK: Final = 0.3
"""Seconds between two looks at how far a run is; another process may be at it, which tells nobody."""


@asynccontextmanager
async def acting(parts: Parts) -> AsyncIterator[None]:
    """Take up acting jobs until the block ends; what is under way then is left to others at once."""
    journal = Journal(
        parts.database,
        parts.clock,
        [carry_out.kind(parts), take_back.kind(parts)],
        owner=new_owner(),
        lease_seconds=parts.organisation.journal.lease_seconds,
        poll_seconds=1,
    )
    await journal.start()
    try:
        yield
    finally:
        await journal.stop(grace=0)


async def followed(parts: Parts, run_id: int, tell: Callable[[str], None]) -> Run:
    """The run when it does not go on by itself any more; each state and each progress on the way is told once."""
    last = ""
    while True:
        run = await parts.database.read(lambda work: work.runs.get(run_id))
        if run.state not in _GOING:
            return run
        if (said := run.progress or f"{run.named} is {run.state.words}.") != last:
            tell(said)
            last = said
        await parts.clock.sleep(_LOOK)


async def resumed(parts: Parts, run_id: int) -> bool:
    """Whether the run is one that acts, or is about to, wherever that is."""
    run = await parts.database.read(lambda work: work.runs.get(run_id))
    return run.state in _GOING
