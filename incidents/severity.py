"""Severity schemes as data: what a level means, who is invited, and how often people are told.

The built-in scheme has five levels, SEV0 to SEV4. Definitions and response times follow the operations
guide's rubric (its levels 0 to 3) and the agent platform runbook's fourth level; the update cadence of 30
and 60 minutes follows the AI systems playbook. Other schemes to choose from are `severity_presets.py`.
"""

import re
from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from incidents.errors import NotUnderstoodError

PersonReference = Annotated[
    str, StringConstraints(pattern=r"^([UWS][A-Z0-9]{5,20}|@[a-z0-9._-]{1,80}|[^@\s]+@[^@\s]+\.[^@\s]+)$")
]
"""A user, a user group or an e-mail address, as an organisation writes it."""

PlaceReference = Annotated[
    str,
    StringConstraints(
        pattern=r"^([UWSCG][A-Z0-9]{5,20}|[#@][a-z0-9._-]{1,80}|[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+)$"
    ),
]
"""A person, user group or channel: U…, S…, @group, C…, #channel or an e-mail address."""

POSTMORTEM_HOURS = 48  # the operations guide and the AI systems playbook, whatever the severity

LevelKey = Annotated[str, StringConstraints(pattern=r"^SEV[0-9]$")]


class SeverityLevel(BaseModel):
    """One level of a scheme. Durations are in minutes; `None` means that nothing is due."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: LevelKey
    name: str = Field(min_length=1, max_length=40)
    definition: str = Field(min_length=1, max_length=300)
    response_minutes: int = Field(gt=0, description="time within which somebody must have taken command")
    update_minutes: int | None = Field(default=None, gt=0, description="a status update is due this often")
    invite: tuple[PersonReference, ...] = Field(
        default=(), description="people and user groups: U…, S…, @group or an e-mail address"
    )

    hours: Literal["always", "business"] = Field(
        default="always", description="when somebody must answer: at any time, or in business hours"
    )
    page: bool = Field(default=False, description="whether declaring or raising to this level pages")
    urgency: Literal["high", "low"] = Field(default="high", description="PagerDuty's urgency of that page")
    responders: str = Field(default="", max_length=300, description="who answers and how, in words")
    tell: tuple[PlaceReference, ...] = Field(
        default=(), description="channels and people told of the declaration, not called"
    )
    examples: tuple[str, ...] = Field(default=(), description="what such an incident looks like")
    retrospective_hours: int | None = Field(
        default=None, gt=0, description="the postmortem is due so long after the resolution; null for never"
    )

    @property
    def retrospective_due(self) -> timedelta | None:
        """Time from the resolution to the published postmortem, or None where none is due."""
        return None if self.retrospective_hours is None else timedelta(hours=self.retrospective_hours)

    @property
    def update_cadence(self) -> timedelta | None:
        """Time between two status updates, or None where none is due."""
        return None if self.update_minutes is None else timedelta(minutes=self.update_minutes)

    @property
    def rank(self) -> int:
        """0 is the worst."""
        return int(self.key.removeprefix("SEV"))


class SeverityScheme(BaseModel):
    """The levels an organisation uses, worst first."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    levels: tuple[SeverityLevel, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _ordered_and_distinct(self) -> "SeverityScheme":
        keys = [level.key for level in self.levels]
        if keys != sorted(set(keys)):
            raise ValueError("levels must be distinct and ordered from worst (SEV0) to mildest")
        return self

    def find(self, words: str) -> SeverityLevel:
        """The level that a person meant by "sev1", "SEV-1", "s1" or "1".

        Raises:
            NotUnderstoodError: there is no such level.
        """
        match = re.fullmatch(r"\s*(?:severity|sev|s)?[\s_-]*([0-9])\s*", words, re.IGNORECASE)
        level = self.get(f"SEV{match[1]}") if match else None
        if level is None:
            raise NotUnderstoodError(
                f'I don\'t know the severity "{words.strip()}". This workspace has {self.spoken}.'
            )
        return level

    def get(self, key: str) -> SeverityLevel | None:
        """The level with exactly this key, or None."""
        return next((level for level in self.levels if level.key == key), None)

    def next_update(self, key: str, now: datetime) -> datetime | None:
        """When the next status update is due if one was given now; None where none is due at this level."""
        level = self.get(key)
        cadence = level.update_cadence if level else None
        return None if cadence is None else now + cadence

    @property
    def spoken(self) -> str:
        """The levels in words, such as "SEV0, SEV1 and SEV2"."""
        *most, last = [level.key for level in self.levels]
        return f"{', '.join(most)} and {last}" if most else last


DEFAULT_SCHEME = SeverityScheme(
    levels=(
        SeverityLevel(
            key="SEV0",
            name="Critical",
            definition="Widespread harm, regulatory exposure or a data breach. All hands.",
            response_minutes=15,
            update_minutes=30,
            page=True,
            responders="All hands, paged",
            examples=("Harmful output at mass scale", "PII of many is exposed"),
            retrospective_hours=POSTMORTEM_HOURS,
        ),
        SeverityLevel(
            key="SEV1",
            name="High",
            definition="Active harm or legal risk: many users affected, or a safety policy clearly broken.",
            response_minutes=15,
            update_minutes=30,
            page=True,
            responders="On-call engineer and manager, paged",
            examples=("All agents fail", "PII is exposed"),
            retrospective_hours=POSTMORTEM_HOURS,
        ),
        SeverityLevel(
            key="SEV2",
            name="Medium",
            definition="A policy violation of limited reach: a single user, or one major feature impaired.",
            response_minutes=60,
            update_minutes=60,
            page=True,
            urgency="low",
            responders="On-call engineer, paged without urgency",
            examples=("A pack of agents fails", "Outputs are wrong"),
            retrospective_hours=POSTMORTEM_HOURS,
        ),
        SeverityLevel(
            key="SEV3",
            name="Low",
            definition="Safeguards degraded or a risk identified; no actual harm.",
            response_minutes=240,
            hours="business",
            responders="A ticket; people are told in business hours",
            examples=("A single agent errs", "Performance is slow"),
            retrospective_hours=POSTMORTEM_HOURS,
        ),
        SeverityLevel(
            key="SEV4",
            name="Near miss",
            definition="A near miss or a minor issue: nothing reached a user.",
            response_minutes=1440,
            hours="business",
            responders="A ticket; people are told in business hours",
            examples=("A UI bug", "An error in the documentation"),
            retrospective_hours=POSTMORTEM_HOURS,
        ),
    )
)


def severity_number(key: str) -> int:
    """How bad a level is by its key, 0 the worst: SEV2 is 2."""
    return int(key.removeprefix("SEV"))
