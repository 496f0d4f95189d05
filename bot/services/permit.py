"""Whether a person may do something: decided by the organisation's policy, refused in words, and recorded.

In doubt the answer is no: who can't be looked up has no right.
"""

import logging

from bot.services.parts import Parts
from incidents.crew import Crew, crew_of
from incidents.errors import NotAllowedError, OutsideError
from incidents.incident import Incident
from incidents.rights import Decision, Person, Right, Rule, decide, is_slack_id
from incidents.timeline import EntryKind
from storage.unit_of_work import UnitOfWork

_log = logging.getLogger(__name__)


async def permit(parts: Parts, right: Right, user: str, incident: Incident | None = None) -> None:
    """Let a person pass who has the right.

    Args:
        parts: what the use cases work with.
        right: what they want to do.
        user: who.
        incident: in which incident, whose roles count; None outside of one.

    Raises:
        NotAllowedError: they have not; the refusal stands in the incident's timeline.
    """
    try:
        decision = await _judged(parts, right, user, incident)
    except OutsideError as error:
        raise NotAllowedError(
            f"Slack can't tell me just now what you may do, so nothing was done ({error.code}). Please try again."
        ) from error
    if not decision.allowed:
        await record_refusal(parts, right, user, incident)
        raise NotAllowedError(decision.sentence)


def is_known(parts: Parts, right: Right, user: str) -> bool:
    """Whether a right outside an incident can be judged without asking Slack."""
    rule = parts.organisation.policy.rules.get(right, Rule())
    return parts.workspace.account_at_hand(user) is not None and not rule.groups


async def may(parts: Parts, right: Right, user: str, incident: Incident | None = None) -> bool:
    """Whether a person has the right; nothing is recorded."""
    try:
        return (await _judged(parts, right, user, incident)).allowed
    except OutsideError:
        return False


async def _judged(parts: Parts, right: Right, user: str, incident: Incident | None) -> Decision:
    policy = parts.organisation.policy
    crew = crew_of(incident) if incident else None
    person = await person_for(parts, policy.rules.get(right, Rule()), user, crew)
    return decide(policy, right, person, crew)


async def person_for(parts: Parts, rule: Rule, user: str, crew: Crew | None) -> Person:
    """What a rule needs to know of a person; an operator of the command line has no account in Slack.

    Raises:
        OutsideError: Slack does not tell.
    """
    if not is_slack_id(user):
        return Person(id=user, roles=crew.roles_of(user) if crew else frozenset())
    account = await parts.workspace.account(user)
    groups = set()
    for group in rule.groups:
        members, _ = await parts.workspace.people([group])
        if user in members:
            groups.add(group)
    return Person(
        id=user,
        groups=frozenset(groups),
        roles=crew.roles_of(user) if crew else frozenset(),
        is_guest=account.is_guest,
        is_deactivated=account.is_deactivated,
    )


async def record_refusal(parts: Parts, right: Right, user: str, incident: Incident | None) -> None:
    """Note in the incident's timeline, or outside of one in the log, that somebody was refused."""
    if incident is None:
        _log.warning("Refused: %s has no right to %s", user, right)
        return

    async def commit(work: UnitOfWork) -> None:
        await work.timeline.append(
            incident.id,
            at=parts.clock.now(),
            actor=user,
            kind=EntryKind.REFUSED,
            text=f"Refused, for want of the right “{right}”",
            details={"right": right.value},
        )

    await parts.database.write(commit)
