"""What a command says while it works, kept with its run: about once a second, however much it says."""

from datetime import datetime, timedelta
from typing import Final

from bot.services.contain.change_run import change_run, keep
from bot.services.parts import Parts
from incidents.run_moves import tell
from incidents.runs import Run
from storage.unit_of_work import UnitOfWork

_PACE: Final = timedelta(seconds=1)
_LONGEST: Final = 200


class Teller:
    """A `Progress` of `commands.base.contract` for one run. What comes too fast is left out."""

    def __init__(self, parts: Parts, run_id: int) -> None:
        self._parts = parts
        self._run_id = run_id
        self._said = ""
        self._next = parts.clock.now()

    async def __call__(self, text: str) -> None:
        """Keep the words, unless some were kept just now."""
        now = self._parts.clock.now()
        words = " ".join(text.split())[:_LONGEST]
        if words == self._said or now < self._next:
            return
        self._said, self._next = words, now + _PACE
        await change_run(self._parts, self._run_id, self._tell)

    async def _tell(self, work: UnitOfWork, run: Run, _now: datetime) -> Run:
        return await keep(work, self._parts, tell(run, self._said), urgent=False)
