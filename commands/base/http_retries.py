"""An HTTP call tried again: only after what has had no effect, or where a repetition is known to do no harm."""

from typing import Final

from commands.base.contract import Progress, Surroundings
from commands.base.http_call import Answer, Call, is_good, refuse, send
from commands.base.http_refusal import SLOW_DOWN
from incidents.containment import ActionError, ChangedMeanwhileError, Effect

_FIRST_WAIT: Final = 1.0
_LONGEST_WAIT: Final = 30.0


async def insist(
    surroundings: Surroundings, call: Call, *, retries: int, repeatable: bool, progress: Progress
) -> Answer:
    """Send until it is answered well, at most `retries` times more.

    Args:
        surroundings: the clock waits between two tries: 1 s, 2 s, 4 s, or as long as the answer asks, 30 s at most.
        call: what to send.
        retries: how often more.
        repeatable: whether it may be sent again after an answer was lost.
        progress: told about each repetition.

    Raises:
        ActionError: the last try's, or the first that repeating can't help.
    """
    wait = _FIRST_WAIT
    for left in range(retries, -1, -1):
        error, asked = await _try(surroundings, call)
        if isinstance(error, Answer):
            return error
        if not left or not _may_repeat(error, repeatable=repeatable):
            raise error
        pause = min(asked if asked is not None else wait, _LONGEST_WAIT)
        await progress(f"{error.failed} Trying again in {pause:g} s.")
        await surroundings.clock.sleep(pause)
        wait *= 2
    raise AssertionError("unreachable: the last try returns or raises")


async def _try(surroundings: Surroundings, call: Call) -> tuple[Answer | ActionError, float | None]:
    try:
        answer = await send(surroundings, call)
    except ActionError as error:
        return error, None
    if is_good(call, answer):
        return answer, None
    return refuse(call, answer), _retry_after(answer) if answer.status in SLOW_DOWN else None


def _may_repeat(error: ActionError, *, repeatable: bool) -> bool:
    if isinstance(error, ChangedMeanwhileError):
        return False
    return error.temporary or (repeatable and error.effect is Effect.UNKNOWN)


def _retry_after(answer: Answer) -> float | None:
    """Seconds, where the answer names them; a date is read as nothing."""
    said = answer.headers.get("Retry-After", "").strip()
    return float(said) if said.isdecimal() else None
