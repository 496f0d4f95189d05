"""A program run once for each key: marked before it starts and after it ended, and never repeated when in doubt."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from pydantic import SecretStr

from commands.base.contract import Progress, Surroundings
from commands.base.masking import masked, quoted, readable
from commands.base.programs import state_folder
from commands.base.run_marks import Mark, RunMarks
from commands.base.subprocesses import Ended, NotStartedError, run
from incidents.containment import ActionError, Effect

_T = TypeVar("_T")
_OUTPUT_TOLD: Final = 300


@dataclass(frozen=True)
class MarkedRun:
    """What is to be run, and what marks it.

    Attributes:
        name: for people.
        target: the latest run on it can be asked for.
        key: the same for the same run; the program gets it as CORDON_RUN_KEY.
        argv: the program and its arguments.
        typed: the same as a person would type it, without secrets.
        seconds: how long it may take.
    """

    name: str
    target: str
    key: str
    argv: tuple[str, ...]
    typed: str
    seconds: float
    cwd: str | None
    environment: Mapping[str, str]
    secrets: tuple[SecretStr, ...]


async def run_once(surroundings: Surroundings, what: MarkedRun, progress: Progress) -> None:
    """Run it, or do nothing where it ran well with this key before.

    Raises:
        ActionError: it did not start, failed (now or then), or began before and nobody knows how it ended.
    """
    marks = RunMarks(state_folder(surroundings))
    mark = Mark(argv=what.typed, begun=surroundings.clock.now().isoformat())
    earlier = await _kept(lambda: marks.begin(what.key, what.target, mark))
    if earlier is None:
        await progress(f"running {what.name}")
        mark = await _run(surroundings, what, marks, mark)
    elif earlier.ended is None:
        raise _in_doubt(what, earlier, marks)
    else:
        mark = earlier
    if mark.status != 0 or mark.timed_out:
        raise _failed(what, mark)


async def earlier_run(surroundings: Surroundings, target: str) -> Mark | None:
    """The latest run on this target. Raises ActionError where that can't be read."""
    return await _kept(lambda: RunMarks(state_folder(surroundings)).last(target))


async def _run(surroundings: Surroundings, what: MarkedRun, marks: RunMarks, mark: Mark) -> Mark:
    async def started(pid: int) -> None:
        await _kept(lambda: marks.write(what.key, mark.model_copy(update={"pid": pid})), Effect.UNKNOWN)

    try:
        ended = await run(
            what.argv,
            clock=surroundings.clock,
            seconds=what.seconds,
            cwd=what.cwd,
            env={**what.environment, "CORDON_RUN_KEY": what.key},
            started=started,
        )
    except NotStartedError as error:
        await _kept(lambda: marks.forget(what.key))
        raise ActionError(
            f"{what.name} could not be started: {error}.",
            now="Nothing was run.",
            then="Check the program, its folder and its rights on this machine.",
        ) from None
    after = mark.model_copy(update=_end(ended, what, surroundings.clock.now().isoformat()))
    await _kept(
        lambda: marks.write(what.key, after),
        Effect.UNKNOWN if ended.status or ended.timed_out else Effect.DONE,
    )
    return after


def _end(ended: Ended, what: MarkedRun, moment: str) -> dict[str, object]:
    output = readable(masked(ended.output, what.secrets))
    return {"ended": moment, "status": ended.status, "output": output, "timed_out": ended.timed_out}


async def _kept(work: Callable[[], _T], effect: Effect = Effect.NONE) -> _T:
    """Touch the marks beside the loop: a disk can be slow."""
    try:
        return await asyncio.to_thread(work)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise ActionError(
            f"The marks of runs (connections.programs.state_folder) can't be used: {why}.",
            now={Effect.NONE: "Nothing was run.", Effect.DONE: "The program ran to its end."}.get(
                effect, "The program was started; how far it came is not known."
            ),
            then="Make the folder usable for Cordon, and look at the target before anything is run again.",
            effect=effect,
        ) from None


def _in_doubt(what: MarkedRun, mark: Mark, marks: RunMarks) -> ActionError:
    process = f" as process {mark.pid}" if mark.pid else ""
    return ActionError(
        f"{what.name} was begun at {mark.begun}{process}, and nobody saw it end.",
        now="It may be running still, have done its work, or a part of it. It was not run again.",
        then=f"Check the target and whether the process is there. To allow another run, remove {marks.path(what.key)}.",
        effect=Effect.UNKNOWN,
    )


def _failed(what: MarkedRun, mark: Mark) -> ActionError:
    how = (
        f"was ended after {what.seconds:g} s, with all its children"
        if mark.timed_out
        else f"ended with status {mark.status}"
    )
    said = quoted(mark.output[-_OUTPUT_TOLD:], what.secrets, at_most=_OUTPUT_TOLD)
    return ActionError(
        f"{what.name} {how}{f', saying: {said}' if said else ''}.",
        now="How much of its work was done by then is not known.",
        then="Look at the target; correct the cause, and plan it again.",
        effect=Effect.UNKNOWN,
    )
