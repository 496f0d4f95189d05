"""Who does what in an incident: the roles, their duties, and the names that people type. Who holds them is `crew.py`.

Commander, AI ops, domain expert and communications are the AI systems playbook's; scribe and observer are the
practice of the field.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from incidents.errors import NotUnderstoodError


class Role(StrEnum):
    """What a person answers for during an incident."""

    COMMANDER = "commander"
    AI_OPS = "ai_ops"
    DOMAIN_SME = "domain_sme"
    COMMUNICATIONS = "communications"
    SCRIBE = "scribe"
    OBSERVER = "observer"

    @property
    def about(self) -> "RoleCard":
        """What people are told about the role."""
        return ROLES[self]


@dataclass(frozen=True)
class RoleCard:
    """A role for people: title, duties, whether several may hold it, and the names that may be typed."""

    title: str
    duties: tuple[str, ...]
    several: bool
    names: tuple[str, ...]


ROLES = MappingProxyType(
    {
        Role.COMMANDER: RoleCard(
            "Incident commander",
            (
                "Coordinate the response: say who does what next",
                "Decide, and say aloud that it is decided; if unsure, escalate early",
                "Keep the severity right and the status updates on time",
                "Hand over before you tire; the incident is never without a commander",
            ),
            several=False,
            names=("commander", "incident commander", "ic", "command", "lead", "incident lead"),
        ),
        Role.AI_OPS: RoleCard(
            "AI ops",
            (
                "Capture telemetry before anything is changed",
                "Trigger mitigations; prefer those that can be undone",
                "Perform rollbacks and check that they worked",
            ),
            several=True,
            names=("ai ops", "ops", "operations", "ai operations"),
        ),
        Role.DOMAIN_SME: RoleCard(
            "Domain expert",
            (
                "Judge what the incident means for the business and for users",
                "Approve what stakeholders are told",
            ),
            several=True,
            names=("domain sme", "sme", "domain expert", "domain", "expert", "subject matter expert"),
        ),
        Role.COMMUNICATIONS: RoleCard(
            "Communications",
            (
                "Tell leadership, Legal and customers where it concerns them",
                "Publish the status updates when they are due",
                "Take questions from outside, so that responders can work",
            ),
            several=False,
            names=("communications", "comms", "comm", "communication", "communications lead"),
        ),
        Role.SCRIBE: RoleCard(
            "Scribe",
            (
                "Write down what happens, and each decision with its owner",
                "Pin the messages that the timeline must keep",
                "Note open questions and remind the commander of them",
            ),
            several=False,
            names=("scribe", "notes", "note taker", "recorder"),
        ),
        Role.OBSERVER: RoleCard(
            "Observer",
            (
                "Read along and learn; ask after the incident, not during it",
                "Speak up at once if you see something unsafe",
            ),
            several=True,
            names=("observer", "watcher", "watch", "shadow"),
        ),
    }
)
"""Every role with what people are told about it."""


def find_role(words: str) -> Role:
    """The role that a person meant by "ic", "AI-Ops" or "domain expert".

    Raises:
        NotUnderstoodError: there is no such role; the text says which there are.
    """
    plain = re.sub(r"[\s_-]+", " ", words.casefold()).strip()
    for role, card in ROLES.items():
        if plain in card.names:
            return role
    known = ", ".join(card.names[0] for card in ROLES.values())
    raise NotUnderstoodError(f'I don\'t know the role "{words.strip()}". There are: {known}.')
