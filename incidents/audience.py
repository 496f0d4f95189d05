"""Who is told: audiences with their own channel, templates and kinds of telling, and who must approve first.

Approval of what stakeholders are told is the domain expert's or the commander's (the AI systems playbook).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from incidents.crew import Crew
from incidents.errors import IllegalMoveError
from incidents.roles import Role
from incidents.status_update import UpdateKind

AudienceKey = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
ChannelReference = Annotated[str, StringConstraints(pattern=r"^(#[a-z0-9_-]{1,80}|[CG][A-Z0-9]{5,20})$")]
TemplateName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,60}$")]

SHARED_TEMPLATES = MappingProxyType(
    {
        UpdateKind.INITIAL: "initial_notification",
        UpdateKind.UPDATE: "status_update",
        UpdateKind.RESOLUTION: "resolution",
    }
)
"""The templates, without their ending, of an audience that has none of its own."""

EVERY_KIND = frozenset(UpdateKind)


class Audience(BaseModel):
    """People who are told in the same place, in the same words."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: AudienceKey
    title: str = Field(min_length=1, max_length=60)
    channel: ChannelReference | None = Field(
        default=None, description="where they are told; null for the incident's own channel"
    )
    kinds: frozenset[UpdateKind] = Field(default=EVERY_KIND, description="which tellings they get")
    templates: dict[UpdateKind, TemplateName] = Field(
        default_factory=dict, description="templates of their own, without the ending .j2"
    )
    approval: frozenset[Role] = Field(
        default=frozenset(), description="roles of which one must approve; none for no approval"
    )
    hears_private: bool = Field(default=False, description="whether they are told of private incidents")

    def template(self, kind: UpdateKind) -> str:
        """The template for one kind of telling, without its ending."""
        return self.templates.get(kind, SHARED_TEMPLATES[kind])

    @property
    def is_incident_channel(self) -> bool:
        """Whether they are told in the incident's own channel."""
        return self.channel is None


RESPONDERS = Audience(key="responders", title="Responders", hears_private=True)
"""Those in the incident's channel. They always hear everything at once."""


def told_of(kind: UpdateKind, audiences: Iterable[Audience], *, private: bool) -> tuple[Audience, ...]:
    """The audiences that hear one telling. Of a private incident only those who may."""
    return tuple(
        audience
        for audience in audiences
        if kind in audience.kinds and (audience.hears_private or not private)
    )


@dataclass(frozen=True)
class Approval:
    """Whether a text waits for somebody, who may approve it now, and a sentence for its author."""

    needed: bool
    by: tuple[str, ...] = ()
    sentence: str = ""


def who_may_approve(audience: Audience, author: str, crew: Crew) -> Approval:
    """Who may approve what `author` wrote for this audience.

    An author who holds one of the approving roles approves by publishing: a lone commander is never stuck.
    """
    if not audience.approval or audience.approval & crew.roles_of(author):
        return Approval(needed=False)
    by = _approvers(audience, crew)
    if by:
        who = " or ".join(f"<@{user}>" for user in by)
        return Approval(needed=True, by=by, sentence=f"{audience.title} are told once {who} approves.")
    take = " or ".join(f"`/incident role {role.about.names[0]}`" for role in _ordered(audience.approval))
    return Approval(
        needed=True,
        sentence=f"{audience.title} are told once it is approved, and nobody can yet: take {take}.",
    )


def check_approver(audience: Audience, person: str, crew: Crew) -> None:
    """Let a person pass who may approve for this audience.

    Raises:
        IllegalMoveError: they hold none of the approving roles; the text says who does.
    """
    if not audience.approval or audience.approval & crew.roles_of(person):
        return
    titles = " or ".join(role.about.title for role in _ordered(audience.approval))
    now = " and ".join(f"<@{user}>" for user in _approvers(audience, crew)) or "nobody yet"
    raise IllegalMoveError(f"What {audience.title} are told is approved by: {titles} ({now}).")


def _approvers(audience: Audience, crew: Crew) -> tuple[str, ...]:
    holders = (holder.user for role in _ordered(audience.approval) for holder in crew.of(role))
    return tuple(dict.fromkeys(holders))


def _ordered(roles: frozenset[Role]) -> tuple[Role, ...]:
    return tuple(role for role in Role if role in roles)
