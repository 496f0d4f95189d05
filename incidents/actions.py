"""What an organisation can do to contain an incident: the `actions:` of `cordon.yaml`, one by one.

An action is one command with its parameters, or a sequence of other actions. What holds between actions is
`action_catalog.py`; how a run of one goes on is `runs.py`; the command's own parameters are checked by the command.
"""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from incidents.action_answers import Ask
from incidents.containment import ACTION_NAME, Risk
from incidents.playbook_knowledge import Line, Prose, one_line
from incidents.severity import LevelKey
from incidents.taxonomies import TAXONOMIES

TITLE_LIMIT = 60  # with a verb before it, it stands on a button of 75 characters
STEPS_LIMIT = 40
RISKS = tuple(Risk)
"""From the mildest to the worst."""

ActionName = Annotated[str, StringConstraints(pattern=ACTION_NAME)]
AskName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Minutes = Annotated[int, Field(ge=1, le=527_040, strict=True)]


class OnFailure(StrEnum):
    """What a sequence does when a step is not verified."""

    STOP = "stop"
    CONTINUE = "continue"


class When(BaseModel):
    """What an action is a good answer to. Empty means: to anything."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    incident_types: tuple[str, ...] = Field(default=(), description="kinds of incident, by their ids")
    failure_modes: tuple[str, ...] = Field(default=(), description="failure modes, by their ids")
    severities: tuple[LevelKey, ...] = Field(default=(), description="offered at these severities only")

    @model_validator(mode="after")
    def _kinds_exist(self) -> Self:
        for field, chosen in (("incident_type", self.incident_types), ("failure_mode", self.failure_modes)):
            known = [kind.id for kind in TAXONOMIES[field].kinds]
            for one in chosen:
                if one not in known:
                    raise ValueError(f'there is no {field.replace("_", " ")} "{one}"; {_nearest(one, known)}')
        return self

    def fits(self, incident_type: str | None, failure_mode: str | None) -> bool:
        """Whether the action is meant for such an incident; one that isn't classified yet fits."""
        return _among(incident_type, self.incident_types) and _among(failure_mode, self.failure_modes)


def _among(one: str | None, wanted: tuple[str, ...]) -> bool:
    return one is None or not wanted or one in wanted


def _nearest(name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, n=1)
    return f'did you mean "{near[0]}"?' if near else f"there are: {', '.join(known) or 'none'}"


def _plain(title: str) -> str:
    if re.search(r"[<>]", title):
        raise ValueError("must not have < or > in it")
    return one_line(title)


class Action(BaseModel):
    """Something that people can start by a button or a command, under its name in `cordon.yaml`."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    title: Annotated[str, Field(min_length=1, max_length=TITLE_LIMIT), AfterValidator(_plain)] = Field(
        description='what people read, such as "Stop the production agent"'
    )
    description: Prose | None = Field(default=None, description="when to use it, and what it does to users")
    command: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")] | None = Field(
        default=None, description="the command that does it, such as kubernetes_scale"
    )
    params: Mapping[str, Any] = Field(default_factory=dict, description="the command's parameters")
    sequence: Annotated[tuple[ActionName, ...], Field(max_length=STEPS_LIMIT)] = Field(
        default=(), description="instead of a command: names of actions, in order"
    )
    parallel: bool = Field(default=False, description="run the sequence's steps side by side")
    on_failure: OnFailure = Field(
        default=OnFailure.STOP, description="stop or continue when a step of the sequence is not verified"
    )
    risk: Risk | None = Field(
        default=None, description="low, medium or high; high, or a sequence's worst step, when left out"
    )
    target: Line | None = Field(default=None, description="what is touched, in words")
    ask: Mapping[AskName, Ask] = Field(
        default_factory=dict, description="what the person is asked for; goes into params under that name"
    )
    expires_minutes: Minutes | None = Field(default=None, description="undone by itself after so long")
    expiry_warning_minutes: Minutes = Field(default=10, description="people are warned so long before")
    snapshot: bool = Field(default=True, description="keep what it would destroy as evidence first")
    snapshot_seconds: float = Field(default=5, gt=0, le=60, description="how long that may delay the action")
    recovery: ActionName | None = Field(
        default=None, description="the action that leads back to normal; undoing it when left out"
    )
    watch: ActionName | None = Field(
        default=None, description="the action that watches for the problem between a recovery's steps"
    )
    packs: tuple[Line, ...] = Field(default=(), description="what it reaches: pack names, or global")
    when: When = Field(default=When(), description="what it is a good answer to")

    @model_validator(mode="after")
    def _is_one_or_the_other(self) -> Self:
        if (self.command is None) == (not self.sequence):
            raise ValueError("give either a command or a sequence of actions, exactly one of the two")
        if self.sequence and self.params:
            raise ValueError("a sequence has no params; its steps have their own")
        if self.sequence and self.ask:
            raise ValueError("a sequence asks what its steps ask; put ask there")
        if self.command and (self.parallel or self.on_failure is not OnFailure.STOP):
            raise ValueError("parallel and on_failure are a sequence's; remove them")
        return self

    @model_validator(mode="after")
    def _asks_and_clocks_agree(self) -> Self:
        if twice := sorted(self.ask.keys() & self.params.keys()):
            raise ValueError(f'"{twice[0]}" stands in params and is asked for; keep one')
        if self.expires_minutes is None:
            return self
        if self.sequence:
            raise ValueError("a sequence does not expire; give expires_minutes to its steps")
        if "expiry_warning_minutes" in self.model_fields_set and (
            self.expiry_warning_minutes >= self.expires_minutes
        ):
            raise ValueError("expiry_warning_minutes must be less than expires_minutes")
        return self

    @property
    def is_sequence(self) -> bool:
        """Whether it is made of other actions."""
        return bool(self.sequence)

    def params_with(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        """The command's parameters with those answers that this action asks for."""
        return {**self.params, **{name: answers[name] for name in self.ask if name in answers}}
