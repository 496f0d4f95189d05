"""Severity schemes to choose from, each level with who answers, who is paged or told, and what is due when.

`default` has the five levels of `severity.py`. `sev0-3` is the operations guide's rubric. `sev1-4` has the on-call
playbook's definitions with the agent platform runbook's times, examples and duties.
Updates follow one rule, from the AI systems playbook's 30 and 60 minutes: every 30 where people must answer within
15 minutes, every 60 where within the hour, else none.
"""

from collections.abc import Sequence
from datetime import timedelta
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from incidents.errors import NotUnderstoodError
from incidents.severity import DEFAULT_SCHEME, SeverityLevel, SeverityScheme

Reference = Annotated[
    str,
    StringConstraints(
        pattern=r"^([UWSCG][A-Z0-9]{5,20}|[#@][a-z0-9._-]{1,80}|[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+)$"
    ),
]
"""A person, user group or channel: U…, S…, @group, C…, #channel or an e-mail address."""

POSTMORTEM_HOURS = 48  # the operations guide and the AI systems playbook, whatever the severity
RETROSPECTIVE_HOURS = 72  # the agent platform runbook, for its two worst levels


class Level(SeverityLevel):
    """A level that also says whom to wake. Hours are counted from the resolution."""

    hours: Literal["always", "business"] = Field(
        default="always", description="when somebody must answer: at any time, or in business hours"
    )
    page: bool = Field(default=False, description="whether declaring or raising to this level pages")
    urgency: Literal["high", "low"] = Field(default="high", description="PagerDuty's urgency of that page")
    responders: str = Field(default="", max_length=300, description="who answers and how, in words")
    tell: tuple[Reference, ...] = Field(default=(), description="channels and people told, not called")
    examples: tuple[str, ...] = Field(default=(), description="what such an incident looks like")
    retrospective_hours: int | None = Field(
        default=None, gt=0, description="the postmortem is due so long after the resolution; null for never"
    )

    @property
    def retrospective_due(self) -> timedelta | None:
        """Time from the resolution to the published postmortem, or None where none is due."""
        return None if self.retrospective_hours is None else timedelta(hours=self.retrospective_hours)


class LevelScheme(SeverityScheme):
    """A scheme whose levels say whom to wake."""

    levels: tuple[Level, ...] = Field(min_length=1)


def pages_on_change(old: Level, new: Level) -> bool:
    """Whether a change of severity pages: raising to a level that pages does, lowering never does."""
    return new.page and new.rank < old.rank


def preset(name: str) -> LevelScheme:
    """The shipped scheme of this name.

    Raises:
        NotUnderstoodError: there is no such scheme; the text says which there are.
    """
    scheme = PRESETS.get(name.strip().lower())
    if scheme is None:
        raise NotUnderstoodError(
            f'There is no severity scheme "{name.strip()}". There are: {", ".join(PRESETS)}.'
        )
    return scheme


# --- the shipped schemes -------------------------------------------------------------------------------

_PAGED = "On-call engineer and manager, paged"
_TICKET = "A ticket; people are told in business hours"
_PLATFORM_EXAMPLES = {
    "critical": ("All agents fail", "PII is exposed"),
    "high": ("A pack of agents fails", "Outputs are wrong"),
    "medium": ("A single agent errs", "Performance is slow"),
    "low": ("A UI bug", "An error in the documentation"),
}


def _default() -> Sequence[Level]:
    """The built-in levels, each with the duties of the runbook that its response time comes from."""
    more: dict[str, dict[str, object]] = {
        "SEV0": {"page": True, "responders": "All hands, paged"},
        "SEV1": {"page": True, "responders": _PAGED, "examples": _PLATFORM_EXAMPLES["critical"]},
        "SEV2": {
            "page": True,
            "urgency": "low",
            "responders": "On-call engineer, paged without urgency",
            "examples": _PLATFORM_EXAMPLES["high"],
        },
        "SEV3": {"hours": "business", "responders": _TICKET, "examples": _PLATFORM_EXAMPLES["medium"]},
        "SEV4": {"hours": "business", "responders": _TICKET, "examples": _PLATFORM_EXAMPLES["low"]},
    }
    return [
        Level.model_validate(
            {**level.model_dump(), **more[level.key], "retrospective_hours": POSTMORTEM_HOURS}
        )
        for level in DEFAULT_SCHEME.levels
    ]


_SEV0_3 = (
    Level(
        key="SEV0",
        name="Critical",
        definition="Widespread harm, regulatory exposure or a data breach",
        response_minutes=15,
        update_minutes=30,
        page=True,
        responders="All hands, paged",
        examples=("Harmful output at mass scale", "PII is exposed"),
        retrospective_hours=POSTMORTEM_HOURS,
    ),
    Level(
        key="SEV1",
        name="High",
        definition="Many users feel it, or a safety policy is violated",
        response_minutes=60,
        update_minutes=60,
        page=True,
        responders="On-call engineer, paged",
        examples=("PII is exposed",),
        retrospective_hours=POSTMORTEM_HOURS,
    ),
    Level(
        key="SEV2",
        name="Medium",
        definition="Limited impact: a single user is affected",
        response_minutes=240,
        hours="business",
        responders="The safety team, in business hours",
        examples=("An isolated policy violation", "A policy erodes"),
        retrospective_hours=POSTMORTEM_HOURS,
    ),
    Level(
        key="SEV3",
        name="Low",
        definition="A possible risk is identified; nobody was harmed",
        response_minutes=1440,
        hours="business",
        responders="Asynchronously, by whoever has the time",
        examples=("A policy erodes", "False positives spike"),
        retrospective_hours=POSTMORTEM_HOURS,
    ),
)

_SEV1_4 = (
    Level(
        key="SEV1",
        name="Critical",
        definition="Active harm or legal risk; production is down or data is breached",
        response_minutes=15,
        update_minutes=30,
        page=True,
        responders=f"{_PAGED}; the safety lead too",
        examples=_PLATFORM_EXAMPLES["critical"],
        retrospective_hours=RETROSPECTIVE_HOURS,
    ),
    Level(
        key="SEV2",
        name="High",
        definition="A clear policy violation, or a major feature is impaired",
        response_minutes=60,
        update_minutes=60,
        page=True,
        responders=f"{_PAGED}; the safety lead too",
        examples=_PLATFORM_EXAMPLES["high"],
        retrospective_hours=RETROSPECTIVE_HOURS,
    ),
    Level(
        key="SEV3",
        name="Medium",
        definition="Safeguards are degraded, or part of the service is",
        response_minutes=240,
        hours="business",
        responders=_TICKET,
        examples=_PLATFORM_EXAMPLES["medium"],
    ),
    Level(
        key="SEV4",
        name="Low",
        definition="A near miss or a minor issue",
        response_minutes=1440,
        hours="business",
        responders=_TICKET,
        examples=_PLATFORM_EXAMPLES["low"],
    ),
)

PRESETS = MappingProxyType(
    {
        "default": LevelScheme(levels=tuple(_default())),
        "sev0-3": LevelScheme(levels=_SEV0_3),
        "sev1-4": LevelScheme(levels=_SEV1_4),
    }
)
"""The shipped schemes by the name that `cordon.yaml` uses."""
