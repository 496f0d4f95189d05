"""What an organisation decides in `cordon.yaml`: severities, channels, playbooks, reminders, containment.

Every key has a default, so that no file is needed. Unknown or wrong keys stop the start with file and line.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from incidents.action_catalog import Catalog
from incidents.actions import Action, ActionName
from incidents.approval import ContainmentPolicy
from incidents.audience import RESPONDERS, Audience
from incidents.business_hours import BusinessHours, Weekday, business_hours
from incidents.errors import NotUnderstoodError
from incidents.operators import Operator, OperatorName
from incidents.rights import Policy, Right, Rule
from incidents.severity import DEFAULT_SCHEME, PersonReference, SeverityLevel, SeverityScheme
from incidents.severity_presets import preset

ChannelReference = Annotated[str, StringConstraints(pattern=r"^(#[a-z0-9_-]{1,80}|C[A-Z0-9]{5,20})$")]
SEVERITY: Final = "severity"
Called = Annotated[
    str,
    StringConstraints(
        pattern=r"^(severity|commander|ai_ops|domain_sme|communications|scribe|observer|[UWS][A-Z0-9]{5,20}|@[a-z0-9._-]{1,80}|[^@\s]+@[^@\s]+\.[^@\s]+)$"
    ),
]
"""Who is called: a person or user group, a role for who holds it, or "severity" for the people of its level."""


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Channels(_Section):
    """Where things are said, beside the incidents' own channels."""

    incidents: ChannelReference = Field(
        default="#safety-incidents", description="every incident has its live card here; invite the bot"
    )


class Playbooks(_Section):
    """Which playbooks there are."""

    folder: Path | None = Field(default=None, description="your own *.yaml, which override or add")
    default: str = Field(default="agentic-on-call", description="used when a declaration names none")


class Templates(_Section):
    """Which message templates there are."""

    folder: Path | None = Field(default=None, description="your own *.j2, which override the shipped ones")


class Escalation(_Section):
    """A step of what happens while a status update stays away."""

    after_minutes: int = Field(ge=1, le=1440, description="so long after it was due")
    people: tuple[Called, ...] = Field(
        min_length=1,
        description="who is called: people, roles such as commander, or severity for those of its level",
    )


class Reminders(_Section):
    """When the people who owe a status update hear of it. Minutes."""

    lead_minutes: int = Field(default=5, ge=0, le=60, description="a private nudge so long before it is due")
    escalate_after_minutes: int = Field(
        default=10, ge=1, le=240, description="so long after it was due, the severity's people are called"
    )
    escalation: tuple[Escalation, ...] = Field(
        default=(), description="who is called one after the other, instead of the severity's people at once"
    )

    @field_validator("escalation")
    @classmethod
    def _in_order(cls, steps: tuple[Escalation, ...]) -> tuple[Escalation, ...]:
        minutes = [step.after_minutes for step in steps]
        if minutes != sorted(set(minutes)):
            raise ValueError("each step comes later than the one before: order them by after_minutes")
        return steps

    @property
    def steps(self) -> tuple[Escalation, ...]:
        """Who is called when, first to last; never empty."""
        return self.escalation or (Escalation(after_minutes=self.escalate_after_minutes, people=(SEVERITY,)),)


class PagingFallback(_Section):
    """Who is called in Slack when PagerDuty can't be reached, and after how much trouble."""

    fallback: tuple[PersonReference, ...] = Field(
        default=(), description="called and brought into the channel; none: the severity's people"
    )
    fallback_after_attempts: int = Field(
        default=5, ge=1, le=20, description="failed attempts to page, after which they are called"
    )
    fallback_after_seconds: float = Field(
        default=120, ge=10, le=3600, description="they are called after so long without success, too"
    )


class Journal(_Section):
    """How durable jobs are shared between replicas."""

    lease_seconds: float = Field(
        default=30, ge=1, le=600, description="a replica silent for so long loses its jobs to the others"
    )


class Invitations(_Section):
    """People of a severity, beside what the scheme's levels name."""

    everyone: tuple[PersonReference, ...] = Field(default=(), description="invited to every incident")


class TimelineWays(_Section):
    """How people put messages into the timeline, beside pins."""

    reaction: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_+'-]{1,100}$")] = Field(
        default="pushpin", description="this emoji under a message, without colons, keeps it in the timeline"
    )


class BusinessHoursSection(_Section):
    """When severities with `hours: business` must be answered."""

    timezone: str = Field(default="UTC", description="an IANA name such as Europe/Berlin")
    start: Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = Field(
        default="09:00", description="when the day begins"
    )
    end: Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = Field(
        default="17:00", description="when it ends, after it began"
    )
    days: tuple[Weekday, ...] = Field(
        default=("mon", "tue", "wed", "thu", "fri"), min_length=1, description="the working days"
    )

    @model_validator(mode="after")
    def _make_hours(self) -> "BusinessHoursSection":
        self.as_hours()
        return self

    def as_hours(self) -> BusinessHours:
        """As the rules want it."""
        return business_hours(self.timezone, self.start, self.end, self.days)


class Declaring(_Section):
    """What happens before an incident is declared."""

    ask_about_duplicates: bool = Field(
        default=True,
        description="what looks like an incident still open is asked about first, and joining offered",
    )


class Closing(_Section):
    """What happens after an incident."""

    archive_after_hours: int = Field(
        default=72, ge=0, le=8760, description="the channel of a closed incident is archived so long after"
    )


class Organisation(_Section):
    """The whole of `cordon.yaml`."""

    channels: Channels = Channels()
    severities: tuple[SeverityLevel, ...] = Field(default=DEFAULT_SCHEME.levels, min_length=1)
    invite: Invitations = Invitations()
    playbooks: Playbooks = Playbooks()
    templates: Templates = Templates()
    reminders: Reminders = Reminders()
    audiences: tuple[Audience, ...] = Field(
        default=(), description="who is told beside the responders, who always are in the incident's channel"
    )
    timeline: TimelineWays = TimelineWays()
    business_hours: BusinessHoursSection = BusinessHoursSection()
    declaring: Declaring = Declaring()
    closing: Closing = Closing()
    rights: dict[Right, Rule] = Field(
        default_factory=dict, description="who may do what, instead of the built-in rules"
    )
    paging: PagingFallback = PagingFallback()
    journal: Journal = Journal()
    containment: ContainmentPolicy = ContainmentPolicy()
    operators: Mapping[OperatorName, Operator] = Field(
        default_factory=dict, description="who may act from the command line, by name"
    )
    actions: Mapping[ActionName, Action] = Field(
        default_factory=dict, description="what can be done to contain an incident, by name"
    )

    connections: dict[str, Any] = Field(
        default_factory=dict, description="what actions may reach (docs/connections.md)"
    )

    @field_validator("actions")
    @classmethod
    def _make_a_catalog(cls, actions: Mapping[str, Action]) -> Mapping[str, Action]:
        Catalog(actions=actions)
        return actions

    @field_validator("severities", mode="before")
    @classmethod
    def _preset(cls, given: object) -> object:
        """The name of a shipped scheme stands for its levels."""
        try:
            return preset(given).levels if isinstance(given, str) else given
        except NotUnderstoodError as error:
            raise ValueError(str(error)) from None

    @field_validator("severities")
    @classmethod
    def _make_a_scheme(cls, levels: tuple[SeverityLevel, ...]) -> tuple[SeverityLevel, ...]:
        SeverityScheme(levels=levels)
        return levels

    @field_validator("audiences")
    @classmethod
    def _told_apart(cls, audiences: tuple[Audience, ...]) -> tuple[Audience, ...]:
        keys = [RESPONDERS.key, *(audience.key for audience in audiences)]
        if twice := sorted({key for key in keys if keys.count(key) > 1}):
            raise ValueError(
                f'the key "{twice[0]}" is taken; responders are always told in the incident\'s channel'
            )
        return audiences

    def audience(self, key: str) -> Audience | None:
        """The audience of this key, or None where it is no longer configured."""
        return next((one for one in (RESPONDERS, *self.audiences) if one.key == key), None)

    def audience_title(self, key: str) -> str:
        """What people call an audience; its key where it is no longer configured."""
        found = self.audience(key)
        return found.title if found else key

    @property
    def template_names(self) -> tuple[str, ...]:
        """The templates that audiences name."""
        return tuple(name for audience in self.audiences for name in audience.templates.values())

    @property
    def told_channels(self) -> tuple[str, ...]:
        """Every channel that the bot must be in: the common one, and those of the audiences."""
        own = (audience.channel for audience in self.audiences if audience.channel)
        return tuple(dict.fromkeys([self.channels.incidents, *own]))

    @property
    def policy(self) -> Policy:
        """Who may do what."""
        return Policy().with_rules(self.rights)

    @property
    def catalog(self) -> Catalog:
        """The actions that can be run."""
        return Catalog(actions=self.actions)

    @property
    def scheme(self) -> SeverityScheme:
        """The severity levels in use."""
        return SeverityScheme(levels=self.severities)
