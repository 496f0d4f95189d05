"""Who may do what: a policy of rules by user, user group and role, and the decision with its sentence.

The policy comes from `cordon.yaml`; what Slack knows about a person is brought by the caller. Anything unknown is
refused.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from incidents.crew import Crew
from incidents.roles import Role

UserId = Annotated[str, StringConstraints(pattern=r"^[UW][A-Z0-9]{1,20}$")]
GroupReference = Annotated[str, StringConstraints(pattern=r"^(S[A-Z0-9]{1,20}|@[a-z0-9._-]{1,80})$")]


class Right(StrEnum):
    """Something that a person may or may not do."""

    DECLARE = "declare"
    DECLARE_PRIVATE = "declare_private"
    DRILL = "drill"
    CHECKLIST = "checklist"
    NOTE = "note"
    CLASSIFY = "classify"
    CHANGE_SEVERITY = "change_severity"
    TAKE_ROLE = "take_role"
    ASSIGN_ROLES = "assign_roles"
    PUBLISH_UPDATE = "publish_update"
    APPROVE_UPDATE = "approve_update"
    MOVE = "move"
    RESOLVE = "resolve"
    REOPEN = "reopen"
    CLOSE = "close"
    WAIVE = "waive"
    CANCEL = "cancel"
    MERGE = "merge"
    GRANT_ACCESS = "grant_access"
    REVEAL_PRIVATE = "reveal_private"
    EXPORT = "export"
    CONTAIN = "contain"


_WORDS = MappingProxyType(
    {
        Right.DECLARE: "declare incidents",
        Right.DECLARE_PRIVATE: "declare private incidents",
        Right.DRILL: "run drills and clean up after them",
        Right.CHECKLIST: "work the checklist",
        Right.NOTE: "add to the timeline",
        Right.CLASSIFY: "classify incidents",
        Right.CHANGE_SEVERITY: "change the severity",
        Right.TAKE_ROLE: "take a role",
        Right.ASSIGN_ROLES: "give roles to others",
        Right.PUBLISH_UPDATE: "publish status updates",
        Right.APPROVE_UPDATE: "approve status updates",
        Right.MOVE: "move an incident on to its next stage",
        Right.RESOLVE: "resolve incidents",
        Right.REOPEN: "reopen incidents",
        Right.CLOSE: "close incidents",
        Right.WAIVE: "waive what must be done before resolving or closing",
        Right.CANCEL: "cancel incidents as false positives",
        Right.MERGE: "merge incidents as duplicates",
        Right.GRANT_ACCESS: "let people into a private incident",
        Right.REVEAL_PRIVATE: "read private incidents without being a member",
        Right.EXPORT: "export the record",
        Right.CONTAIN: "run containment actions",
    }
)


class Rule(BaseModel):
    """Who has one right. With nothing in it nobody has it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    users: frozenset[UserId] = Field(default=frozenset(), description="Slack user ids; guests only here")
    groups: frozenset[GroupReference] = Field(default=frozenset(), description="user groups: S… or @handle")
    roles: frozenset[Role] = Field(default=frozenset(), description="whoever holds one in the incident")
    anybody: bool = Field(default=False, description="every full member of the workspace")


_ANYBODY = Rule(anybody=True)
_COMMANDER = Rule(roles=frozenset({Role.COMMANDER}))
_APPROVERS = Rule(roles=frozenset({Role.COMMANDER, Role.DOMAIN_SME}))

DEFAULT_RULES: Mapping[Right, Rule] = MappingProxyType(
    {
        Right.DECLARE: _ANYBODY,
        Right.DECLARE_PRIVATE: _ANYBODY,
        Right.DRILL: _ANYBODY,
        Right.CHECKLIST: _ANYBODY,
        Right.NOTE: _ANYBODY,
        Right.CLASSIFY: _ANYBODY,
        Right.CHANGE_SEVERITY: _ANYBODY,
        Right.TAKE_ROLE: _ANYBODY,
        Right.ASSIGN_ROLES: _ANYBODY,
        Right.PUBLISH_UPDATE: _ANYBODY,
        Right.APPROVE_UPDATE: _APPROVERS,
        Right.MOVE: _ANYBODY,
        Right.RESOLVE: _ANYBODY,
        Right.REOPEN: _ANYBODY,
        Right.CLOSE: _COMMANDER,
        Right.WAIVE: _COMMANDER,
        Right.CANCEL: _COMMANDER,
        Right.MERGE: _COMMANDER,
        Right.GRANT_ACCESS: _COMMANDER,
        Right.REVEAL_PRIVATE: Rule(),
        Right.EXPORT: _ANYBODY,
        Right.CONTAIN: _ANYBODY,
    }
)
"""In an emergency nobody is stopped from raising the alarm; what ends or excuses is the commander's."""


class Policy(BaseModel):
    """The rule of every right. A right left out is nobody's."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rules: Mapping[Right, Rule] = Field(default_factory=lambda: dict(DEFAULT_RULES))

    def with_rules(self, own: Mapping[Right, Rule]) -> "Policy":
        """The policy with an organisation's own rules instead of these."""
        return Policy(rules={**self.rules, **own})


@dataclass(frozen=True)
class Person:
    """What is known about who acts: Slack's id, groups and account, and the roles held in this incident."""

    id: str
    groups: frozenset[str] = frozenset()
    roles: frozenset[Role] = field(default_factory=frozenset)
    is_guest: bool = False
    is_deactivated: bool = False


@dataclass(frozen=True)
class Decision:
    """Whether a person may, with a sentence for them that stands in the record when they may not."""

    allowed: bool
    sentence: str = ""


def decide(policy: Policy, right: Right | str, person: Person, crew: Crew | None = None) -> Decision:
    """Decide whether a person has a right.

    Args:
        policy: the organisation's rules.
        right: what they want to do; an unknown one is refused.
        person: who they are, with the roles that they hold in this incident.
        crew: who holds the roles, to be named in a refusal; None outside an incident.
    """
    if person.is_deactivated:
        return Decision(allowed=False, sentence=f"The account of <@{person.id}> is deactivated.")
    known = next((one for one in Right if one == right), None)
    if known is None:
        return Decision(allowed=False, sentence=f'"{right}" is no right that Cordon knows, so nobody has it.')
    rule = policy.rules.get(known, Rule())
    if reaches(rule, person):
        return Decision(allowed=True)
    return Decision(allowed=False, sentence=_refusal(known, rule, person, crew))


def reaches(rule: Rule, person: Person) -> bool:
    """Whether the rule gives its right to this person; never to a deactivated account."""
    if person.is_deactivated:
        return False
    return person.id in rule.users or (not person.is_guest and _covers(rule, person))


def _covers(rule: Rule, person: Person) -> bool:
    """Whether the rule reaches a full member of the workspace who isn't named in it."""
    return rule.anybody or bool(rule.groups & person.groups or rule.roles & person.roles)


def _refusal(right: Right, rule: Rule, person: Person, crew: Crew | None) -> str:
    about = f"You can't {_WORDS[right]}: that needs the right `{right}`"
    if person.is_guest:
        return f"{about}, which a guest has only if cordon.yaml names them. {_who(rule, crew)}"
    return f"{about}. {_who(rule, crew)}"


def _who(rule: Rule, crew: Crew | None) -> str:
    """A sentence that names who has the right."""
    if rule.anybody:
        return "Every full member of the workspace has it."
    listed = holders(rule, crew)
    return f"Who has it: {listed}." if listed else "Nobody has it; cordon.yaml can give it."


def holders(rule: Rule, crew: Crew | None, *, but: str | None = None) -> str:
    """Those whom the rule reaches, as a list in words such as "the incident commander (<@U1>) and <@U2>".

    Args:
        rule: the rule.
        crew: who holds the roles; None outside an incident.
        but: a person who is left out of it.

    Returns:
        The list, "" when it is nobody.
    """
    if rule.anybody:
        return "any other full member of the workspace" if but else "every full member of the workspace"
    reached = [
        *(_role_words(role, crew, but) for role in Role if role in rule.roles),
        *(mention(user) for user in sorted(rule.users) if user != but),
        *(_group_words(group) for group in sorted(rule.groups)),
    ]
    *most, last = reached or [""]
    return f"{', '.join(most)} and {last}" if most else last


def _group_words(group: str) -> str:
    """Named without calling its members: a refusal must wake nobody."""
    return f"the members of `{group}`"


def _role_words(role: Role, crew: Crew | None, but: str | None = None) -> str:
    title = role.about.title if role is Role.AI_OPS else role.about.title.lower()
    if crew is None:
        return f"the {title}"
    now = " and ".join(f"<@{holder.user}>" for holder in crew.of(role) if holder.user != but)
    if now:
        return f"the {title} ({now})"
    nobody = "nobody else" if crew.of(role) else "nobody yet"
    return f"the {title} ({nobody}: `/incident role {role.about.names[0]}` takes it)"


def is_slack_id(person: str) -> bool:
    """Whether this is a Slack user's id, and not the name of an operator of the command line."""
    return re.fullmatch(r"[UW][A-Z0-9]+", person) is not None


def mention(person: str) -> str:
    """A person in a sentence: a Slack user as a mention, an operator of the command line by name, without markup."""
    if is_slack_id(person):
        return f"<@{person}>"
    return "Cordon" if person == "cordon" else re.sub(r"[<>&]", "", person)
