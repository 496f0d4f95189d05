"""Who holds which role in an incident, and how a role is taken, given, handed over and left.

What the roles are is `roles.py`; who may give them is `rights.py`. Every change gives a new crew.
"""

from collections.abc import Callable
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from incidents.errors import ConflictError, IllegalMoveError
from incidents.incident import Incident
from incidents.roles import Role

NOTE_LIMIT = 1000


class Holder(BaseModel):
    """A person in a role since a moment; `by` gave it, which is the person who took it."""

    model_config = ConfigDict(frozen=True)

    role: Role
    user: str
    since: datetime
    by: str
    note: str = Field(default="", max_length=NOTE_LIMIT)


class Crew(BaseModel):
    """Who holds which role, in the order in which the roles were taken. A change gives a new crew."""

    model_config = ConfigDict(frozen=True)

    holders: tuple[Holder, ...] = ()

    def of(self, role: Role) -> tuple[Holder, ...]:
        """Those who hold the role."""
        return tuple(holder for holder in self.holders if holder.role is role)

    def roles_of(self, user: str) -> frozenset[Role]:
        """The roles that a person holds."""
        return frozenset(holder.role for holder in self.holders if holder.user == user)

    @property
    def commander(self) -> str | None:
        """The incident commander's id, or None."""
        return next((holder.user for holder in self.of(Role.COMMANDER)), None)

    def _without(self, drop: Callable[[Holder], bool]) -> "Crew":
        return Crew(holders=tuple(holder for holder in self.holders if not drop(holder)))


def crew_of(incident: Incident) -> Crew:
    """Who holds which role in an incident; its commander counts, however they came to it."""
    crew = Crew.model_validate(incident.crew)
    if incident.commander is None or crew.commander is not None:
        return crew
    since = incident.acknowledged_at or incident.declared_at
    held = Holder(role=Role.COMMANDER, user=incident.commander, since=since, by=incident.commander)
    return Crew(holders=(held, *crew.holders))


def owes_updates(incident: Incident) -> str:
    """Who sees to it that status updates go out: communications, else the commander, else the reporter."""
    speaking = crew_of(incident).of(Role.COMMUNICATIONS)
    if speaking:
        return speaking[0].user
    return incident.commander or incident.reporter


def take(crew: Crew, role: Role, user: str, *, at: datetime, replacing: str | None = None) -> Crew:
    """The crew after a person took a role for themselves; the same crew if they hold it. See `assign`."""
    return assign(crew, role, user, by=user, at=at, replacing=replacing)


def assign(crew: Crew, role: Role, to: str, *, by: str, at: datetime, replacing: str | None = None) -> Crew:
    """The crew after a role was given to a person; the same crew if they hold it.

    Args:
        crew: the crew now.
        role: what is given.
        to: who gets it.
        by: who gives it.
        at: when.
        replacing: the holder that the person saw and wants replaced, for a role that one person holds.

    Raises:
        ConflictError: somebody else holds it than the one to be replaced.
    """
    if role in crew.roles_of(to):
        return crew
    if not role.about.several:
        _check_replaceable(crew, role, to, by, replacing)
        crew = crew._without(lambda holder: holder.role is role)  # noqa: SLF001 - this module's own
    return _with(crew, Holder(role=role, user=to, since=at, by=by))


def hand_over(crew: Crew, role: Role, *, giver: str, to: str, note: str, at: datetime) -> Crew:
    """The crew after the holder handed a role over with a note.

    Raises:
        IllegalMoveError: the giver doesn't hold it, or hands it to themselves.
        ConflictError: somebody else holds it meanwhile.
    """
    _check_holds(crew, role, giver)
    if to == giver:
        raise IllegalMoveError(f"You are {_named(role)} already. Name the person who takes over.")
    rest = crew._without(lambda holder: holder.role is role and holder.user == giver)  # noqa: SLF001 - own
    if role in rest.roles_of(to):
        return rest
    return _with(rest, Holder(role=role, user=to, since=at, by=giver, note=note.strip()[:NOTE_LIMIT]))


def leave(crew: Crew, role: Role, user: str) -> Crew:
    """The crew after a person left a role.

    Raises:
        IllegalMoveError: they don't hold it.
        ConflictError: they don't, and somebody else does.
    """
    _check_holds(crew, role, user)
    return crew._without(lambda holder: holder.role is role and holder.user == user)  # noqa: SLF001 - own


def _with(crew: Crew, holder: Holder) -> Crew:
    return Crew(holders=(*crew.holders, holder))


def _check_replaceable(crew: Crew, role: Role, to: str, by: str, replacing: str | None) -> None:
    now = next((holder.user for holder in crew.of(role)), None)
    if now == replacing:
        return
    if now is None:
        raise ConflictError(f"<@{replacing}> has left meanwhile: nobody is {_named(role)}. Try once more.")
    if replacing is None:
        how = f"to replace them, type `/incident role {role.about.names[0]} <@{to}> instead of <@{now}>`"
        raise ConflictError(f"<@{now}> is {_named(role)}. Ask them to hand over, or {how}.")
    who = "You have" if by == now else f"<@{now}> has"
    raise ConflictError(
        f"{who} become {_named(role)} meanwhile, after <@{replacing}>. Look at the card again."
    )


def _check_holds(crew: Crew, role: Role, user: str) -> None:
    if role in crew.roles_of(user):
        return
    others = " and ".join(f"<@{holder.user}>" for holder in crew.of(role))
    if not others or role.about.several:
        raise IllegalMoveError(f"You are not {_named(role)}. Type `/incident roles` to see who is.")
    raise ConflictError(f"You are not {_named(role)}: {others} is.")


def _named(role: Role) -> str:
    """The role with its article, inside a sentence."""
    phrases = {
        Role.COMMANDER: "incident commander",
        Role.AI_OPS: "in AI ops",
        Role.DOMAIN_SME: "a domain expert",
        Role.COMMUNICATIONS: "in charge of communications",
        Role.SCRIBE: "the scribe",
        Role.OBSERVER: "an observer",
    }
    return phrases[role]
