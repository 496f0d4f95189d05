"""A playbook: what people do in one kind of incident, phase by phase, and what they need to know meanwhile.

A playbook is data that an organisation writes; these models say what is allowed in it, in sentences that its
author can act on. Reading the files is `bot/yaml_source.py`; the checklist at work is `checklist.py`.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated, Self

from pydantic import AfterValidator, Field, field_validator, model_validator

from incidents.checklist import ITEM_TEXT_LIMIT
from incidents.lifecycle import GateKind
from incidents.playbook_knowledge import (
    DETAIL_LIMIT,
    Artefact,
    ClassGroup,
    Communication,
    Contact,
    EscalationRule,
    Line,
    Minutes,
    Part,
    PlaybookSeverity,
    Prose,
    Question,
    RecurringWork,
    Reference,
    Role,
    Slug,
    Trigger,
    one_line,
    repeated,
)
from incidents.severity import LevelKey

PHASE_ITEMS_LIMIT = (
    40  # a phase is one Slack message of at most 50 blocks; heading, clock and buttons take some
)
PHASES_LIMIT = 20
PHASE_TITLE_LIMIT = 100


# --- what is done --------------------------------------------------------------------------------------


class PlaybookItem(Part):
    """One thing to do: a short imperative, and behind it the how."""

    text: Annotated[str, Field(min_length=1, max_length=ITEM_TEXT_LIMIT), AfterValidator(one_line)]
    detail: Annotated[str, Field(max_length=DETAIL_LIMIT)] = ""
    """How it is done: commands, queries, questions to answer."""
    when: Line | None = None
    """The case in which it is due, in words; None means always."""
    action: Slug | None = None
    """The action that does it, by its name in the configuration, where one of that name is configured."""
    artefact: Line | None = None
    """The file that this leaves behind as evidence."""
    role: Line | None = None
    """Who does it: one of the playbook's roles."""
    due_minutes: Minutes | None = None
    """Its own deadline, in minutes since the declaration, where it differs from the phase's."""


class PlaybookPhase(Part):
    """A step with its time budget in minutes since the declaration. An end without a start is a deadline."""

    title: Annotated[str, Field(min_length=1, max_length=PHASE_TITLE_LIMIT), AfterValidator(one_line)]
    starts_minute: Minutes | None = None
    ends_minute: Minutes | None = None
    timing: Line | None = None
    """The time budget in words, where minutes do not say it."""
    asynchronous: bool = False
    """Whether it is done after the incident, by whoever has the time."""
    items: Annotated[tuple[PlaybookItem, ...], Field(min_length=1, max_length=PHASE_ITEMS_LIMIT)]

    @model_validator(mode="after")
    def _starts_before_it_ends(self) -> Self:
        start, end = self.starts_minute, self.ends_minute
        if start is not None and end is not None and start >= end:
            raise ValueError(
                f'"{self.title}" starts at minute {start} and ends at {end}: it must end after its start'
            )
        return self

    @field_validator("items")
    @classmethod
    def _items_differ(cls, items: tuple[PlaybookItem, ...]) -> tuple[PlaybookItem, ...]:
        if twice := repeated(item.text for item in items):
            raise ValueError(f'the item "{twice}" stands here twice; keep one or reword it')
        return items


# --- the whole -----------------------------------------------------------------------------------------


class Playbook(Part):
    """A whole playbook. `name` is what people type; phases stand in the order of their start."""

    name: Slug
    title: Annotated[str, Field(min_length=1, max_length=PHASE_TITLE_LIMIT), AfterValidator(one_line)]
    description: Prose
    default_severity: LevelKey | None = None
    severities: tuple[PlaybookSeverity, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    assessment: tuple[Question, ...] = ()
    classifications: tuple[ClassGroup, ...] = ()
    roles: tuple[Role, ...] = ()
    contacts: tuple[Contact, ...] = ()
    escalation: tuple[EscalationRule, ...] = ()
    golden_rules: tuple[Line, ...] = ()
    communication: Communication = Communication()
    gates: tuple[GateKind, ...] = tuple(GateKind)
    """What must be so before such an incident is resolved and closed; all of it unless the file says otherwise."""
    phases: Annotated[tuple[PlaybookPhase, ...], Field(min_length=1, max_length=PHASES_LIMIT)]
    artefacts: tuple[Artefact, ...] = ()
    access_checks: tuple[Line, ...] = ()
    prevention: tuple[RecurringWork, ...] = ()
    references: tuple[Reference, ...] = ()

    @property
    def item_count(self) -> int:
        """How many items all phases have together."""
        return sum(len(phase.items) for phase in self.phases)

    @field_validator("phases")
    @classmethod
    def _phases_in_order(cls, phases: tuple[PlaybookPhase, ...]) -> tuple[PlaybookPhase, ...]:
        if twice := repeated(phase.title for phase in phases):
            raise ValueError(f'two phases are called "{twice}"; each needs a title of its own')
        timed = [(phase.starts_minute, phase.title) for phase in phases if phase.starts_minute is not None]
        for (before, first), (start, second) in pairwise(timed):
            if start < before:
                raise ValueError(
                    f'"{second}" starts at minute {start}, before "{first}" at {before}: put phases in order of start'
                )
        return phases

    @model_validator(mode="after")
    def _levels_are_defined(self) -> Self:
        defined = [level.key for level in self.severities]
        if twice := repeated(defined):
            raise ValueError(f"severities defines {twice} twice; keep one")
        unknown = [key for key in self._levels_named() if key not in defined] if defined else []
        if unknown:
            raise ValueError(f"{unknown[0]} is used but not among severities, which are {', '.join(defined)}")
        return self

    @model_validator(mode="after")
    def _roles_are_defined(self) -> Self:
        names = [role.name for role in self.roles]
        if twice := repeated(names):
            raise ValueError(f'roles has "{twice}" twice; keep one')
        for item in (item for phase in self.phases for item in phase.items):
            if item.role is not None and item.role not in names:
                known = f"which has {', '.join(names)}" if names else "which is empty"
                raise ValueError(
                    f'the item "{item.text}" names the role "{item.role}" that is not in roles, {known}'
                )
        return self

    def _levels_named(self) -> Iterator[str]:
        if self.default_severity is not None:
            yield self.default_severity
        for option in (option for group in self.classifications for option in group.options):
            yield from option.typical_severities
        for rule in self.escalation:
            yield from rule.severities
        for answer in (answer for question in self.assessment for answer in question.answers):
            yield from (key for key in (answer.level, answer.at_least, answer.consider) if key is not None)
