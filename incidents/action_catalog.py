"""All actions together: what holds between them, what a sequence comes to, and the way back from it.

One action by itself is `actions.py`; the progress of a sequence at work is `sequences.py`.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from incidents.action_answers import Ask
from incidents.actions import RISKS, STEPS_LIMIT, Action, ActionName
from incidents.containment import Risk
from incidents.errors import NotFoundError

Stages = tuple[tuple[str, ...], ...]
"""Names of actions: the stages follow each other, a stage's actions run side by side."""


class Way(StrEnum):
    """How one step of a recovery is done."""

    RUN = "run"
    REVERT = "revert"
    WATCH = "watch"


@dataclass(frozen=True)
class RecoveryStep:
    """One step back to normal: run an action, take a run of this action back, or watch for the problem."""

    action: str
    way: Way


class Catalog(BaseModel):
    """The organisation's actions by their names."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    actions: Mapping[ActionName, Action] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _actions_fit_together(self) -> Self:
        for name, action in self.actions.items():
            self._check_names(name, action)
        counts: dict[str, int] = {}
        for name in self.actions:
            self._count(name, (), counts)
        for name, action in self.actions.items():
            if action.is_sequence:
                self._check_sequence(name, action)
        return self

    # --- looking up ---------------------------------------------------------------------------------

    def get(self, name: str) -> Action:
        """The action of this name.

        Raises:
            NotFoundError: there is none; the text names the nearest, or all.
        """
        action = self.actions.get(name.strip().lower())
        if action is not None:
            return action
        if not self.actions:
            raise NotFoundError("No action is set up. Add some under actions: in cordon.yaml.")
        near = get_close_matches(name.strip().lower(), self.actions, n=1)
        perhaps = f' Did you mean "{near[0]}"?' if near else ""
        known = ", ".join(sorted(self.actions))
        raise NotFoundError(f'There is no action "{name.strip()[:63]}".{perhaps} There are: {known}.')

    def allowed_for(self, named: Collection[str], severity: str) -> tuple[str, ...]:
        """The actions to offer: those that the playbook names first, then the others; sequences lead each part.

        Args:
            named: the names that the playbook's items link to; those not set up here are left out.
            severity: the incident's level; actions meant for other levels only are left out.
        """
        offered = [
            name
            for name, action in self.actions.items()
            if not action.when.severities or severity in action.when.severities
        ]
        return tuple(sorted(offered, key=lambda name: (name not in named, not self.actions[name].sequence)))

    def risk(self, name: str) -> Risk:
        """An action's risk: what it says, and for a sequence never less than its worst step's."""
        action = self.get(name)
        if not action.is_sequence:
            return action.risk or Risk.HIGH
        return max(*(self.risk(step) for step in action.sequence), action.risk or Risk.LOW, key=RISKS.index)

    def asks(self, name: str) -> dict[str, Ask]:
        """What an action asks for, and a sequence for all its steps; a field that steps share is asked once."""
        return {field: ask for step in self.steps(name) for field, ask in self.actions[step].ask.items()}

    # --- sequences ----------------------------------------------------------------------------------

    def stages(self, name: str) -> Stages:
        """A sequence with its inner sequences unfolded; an action by itself is one stage.

        An inner sequence's stages stand in its place. Whether to stop at a failure is the outermost's to say.
        """
        action = self.get(name)
        if not action.is_sequence:
            return ((name,),)
        inner = [self.stages(step) for step in action.sequence]
        if action.parallel:
            return (tuple(step for stages in inner for stage in stages for step in stage),)
        return tuple(stage for stages in inner for stage in stages)

    def steps(self, name: str) -> tuple[str, ...]:
        """The names of all steps in order, one after another."""
        return tuple(step for stage in self.stages(name) for step in stage)

    def mirror(self, name: str) -> tuple[RecoveryStep, ...]:
        """The way back: one step at a time, the last step first, watching for the problem between them.

        Where the action names its recovery, that is followed instead, in its own order.
        """
        action = self.get(name)
        if action.recovery is not None:
            watches = {each.watch for each in self.actions.values()}
            back = [
                RecoveryStep(step, Way.WATCH if step in watches else Way.RUN)
                for step in self.steps(action.recovery)
            ]
        else:
            back = [self._step_back(step) for step in reversed(self.steps(name)) if step != action.watch]
        return tuple(_watched(back, action.watch))

    def _step_back(self, name: str) -> RecoveryStep:
        recovery = self.actions[name].recovery
        return RecoveryStep(recovery, Way.RUN) if recovery else RecoveryStep(name, Way.REVERT)

    # --- what must hold -----------------------------------------------------------------------------

    def _check_names(self, name: str, action: Action) -> None:
        for step in (*action.sequence, action.recovery, action.watch):
            if step is not None and step not in self.actions:
                near = get_close_matches(step, self.actions, n=1)
                perhaps = f'did you mean "{near[0]}"?' if near else f"there are: {', '.join(self.actions)}"
                raise ValueError(f'"{name}" names the action "{step}", which there is not; {perhaps}')
        if action.watch is not None and self.actions[action.watch].is_sequence:
            raise ValueError(f'"{name}" watches with "{action.watch}", which is a sequence; name one action')

    def _count(self, name: str, above: tuple[str, ...], counts: dict[str, int]) -> int:
        """How many steps an action comes to. `counts` has those known already, so that each is looked at once."""
        if name in above:
            circle = " → ".join((*above[above.index(name) :], name))
            raise ValueError(f"a sequence can't be a step of itself: {circle}")
        if name not in counts:
            inner = [self._count(step, (*above, name), counts) for step in self.actions[name].sequence]
            counts[name] = sum(inner) or 1
        if counts[name] > STEPS_LIMIT:
            raise ValueError(
                f'"{name}" comes to {counts[name]} steps with its inner sequences; {STEPS_LIMIT} is the most'
            )
        return counts[name]

    def _check_sequence(self, name: str, action: Action) -> None:
        if action.parallel:
            self._check_side_by_side(name, action)
        asked: dict[str, Ask] = {}
        for step in self.steps(name):
            for field, ask in self.actions[step].ask.items():
                if asked.setdefault(field, ask) != ask:
                    raise ValueError(
                        f'steps of "{name}" ask for "{field}" in different ways; make them the same'
                    )

    def _check_side_by_side(self, name: str, action: Action) -> None:
        for step in action.sequence:
            if self.actions[step].is_sequence and not self.actions[step].parallel:
                raise ValueError(
                    f'"{name}" runs side by side, and its step "{step}" is a sequence in order; make "{name}" one too'
                )
        steps = self.steps(name)
        if twice := [step for step in steps if steps.count(step) > 1]:
            raise ValueError(f'"{name}" runs "{twice[0]}" twice side by side; keep one')


def _watched(back: Sequence[RecoveryStep], watch: str | None) -> Iterator[RecoveryStep]:
    """The steps with the watching between them, and after the last, where none stands already."""
    for step, following in zip(back, (*back[1:], None), strict=True):
        yield step
        is_watched = step.way is Way.WATCH or (following is not None and following.way is Way.WATCH)
        if watch is not None and not is_watched:
            yield RecoveryStep(watch, Way.WATCH)
