"""The programs that an organisation lets commands run: `connections.programs`. An argument vector each, never a shell.

What people give fills named places in it, each checked by a regular expression of the organisation's.
"""

import re
import shlex
from collections.abc import Mapping, Sequence
from typing import Annotated, Final, Self

from pydantic import AfterValidator, Field, RootModel, model_validator

from commands.base import connections
from commands.base.contract import Params, Surroundings
from commands.base.masking import quoted
from commands.base.probe import Probe
from incidents.containment import ActionError

PROGRAM: Final = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$"
STATE_FOLDER: Final = "state_folder"
_PLACE: Final = re.compile(r"\{([A-Za-z_]\w*)\}")
_VALUE_AT_MOST: Final = 1024
_MAY_BEGIN_WITH_DASH: Final = re.compile(r"\^?(\(\?:|\()*\\?-")


def _pattern(given: str) -> str:
    try:
        re.compile(given)
    except re.error:
        raise ValueError("is no regular expression") from None
    return given


Pattern = Annotated[str, AfterValidator(_pattern)]
Argv = Annotated[tuple[str, ...], Field(min_length=1, max_length=256)]


class ProgramProbe(Params):
    """A program whose exit status 0 says that things are as they should be. It must change nothing."""

    argv: Argv = Field(description="the argument vector, with the same places as the program's")
    wait_seconds: float | None = Field(default=None, ge=0, le=3600, description="how long to wait for it")
    every_seconds: float = Field(default=2, gt=0, le=300, description="how long between two tries")


class Program(Params):
    """`connections.programs.<name>`: one program that may be run."""

    argv: Argv = Field(description='the argument vector; "{name}" in it is a place')
    arguments: Mapping[str, Pattern] = Field(
        default_factory=dict,
        description="for each place, what its whole value must match; it may begin with - only if this does",
    )
    timeout_seconds: float = Field(
        default=60, gt=0, le=3600, description="after so long it is ended, with all its children"
    )
    cwd: str | None = Field(default=None, description="the folder that it runs in")
    env_from: tuple[str, ...] = Field(
        default=(), description="variables that it is given; their values are masked in what it says"
    )
    revert: Argv | None = Field(
        default=None, description="the argument vector that takes it back, with the same places"
    )
    probe: ProgramProbe | Probe | None = Field(default=None, description="how its effect is seen")
    revert_probe: ProgramProbe | Probe | None = Field(
        default=None, description="how it is seen to be taken back"
    )
    destroys_evidence: bool = Field(
        default=False, description="whether it ends or deletes what an investigation needs"
    )

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        probes = [one.argv for one in (self.probe, self.revert_probe) if isinstance(one, ProgramProbe)]
        for argv in (self.argv, *([self.revert] if self.revert else []), *probes):
            if not argv[0] or _PLACE.search(argv[0]):
                raise ValueError("the program itself must be named in full, without a place")
            if unknown := {place for one in argv for place in _PLACE.findall(one)} - set(self.arguments):
                raise ValueError(f"arguments lacks {', '.join(sorted(unknown))}")
        return self


class _StateFolder(RootModel[str]):
    """Where it is kept which runs began and ended."""


def find(surroundings: Surroundings, name: str) -> Program:
    """The program of this name.

    Raises:
        ActionError: there is none, or it is configured wrongly.
    """
    known = [one for one in surroundings.connections.get("programs") or {} if one != STATE_FOLDER]
    if name not in known:
        raise connections.misconfigured(
            f"There is no connections.programs.{quoted(name)}. There are: {', '.join(known) or 'none'}."
        )
    return connections.read(surroundings, Program, "programs", name)


def state_folder(surroundings: Surroundings) -> str:
    """The folder for the marks of runs; replicas that share a database must share it."""
    given = (surroundings.connections.get("programs") or {}).get(STATE_FOLDER)
    return (
        "data/runs"
        if given is None
        else connections.read(surroundings, _StateFolder, "programs", STATE_FOLDER).root
    )


def fill(argv: Sequence[str], arguments: Mapping[str, str]) -> tuple[str, ...]:
    """The argument vector with checked values in its places; what was filled in is not looked at again."""
    return tuple(_PLACE.sub(lambda place: arguments[place[1]], one) for one in argv)


def check_arguments(program: Program, given: Mapping[str, str]) -> None:
    """Refuse values that are not as the organisation wants them.

    Raises:
        ActionError: one is missing, unknown or wrong; names it.
    """
    if missing := set(program.arguments) - set(given):
        raise _wrong(f"It needs a value for {', '.join(sorted(missing))}.")
    if unknown := set(given) - set(program.arguments):
        raise _wrong(f"It knows no {quoted(', '.join(sorted(unknown)))}.")
    for name, value in given.items():
        pattern = program.arguments[name]
        if len(value) > _VALUE_AT_MOST or not value.isprintable() or not re.fullmatch(pattern, value):
            raise _wrong(f"The value of {name} does not match {quoted(pattern)}.")
        if value.startswith("-") and not _MAY_BEGIN_WITH_DASH.match(pattern):
            raise _wrong(f"The value of {name} must not begin with a dash: it would be read as an option.")


def words(argv: Sequence[str]) -> str:
    """The argument vector as a person would type it."""
    return shlex.join(argv)


def _wrong(failed: str) -> ActionError:
    return ActionError(failed, now="Nothing was run.", then="Correct the arguments and plan it again.")
