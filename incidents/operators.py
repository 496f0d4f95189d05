"""Who may act from the command line when Slack is down: people named in advance, each with their Slack user id.

Because an operator is a Slack user, a request made here and its approval count as one person's, wherever given.
"""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from incidents.errors import NotAllowedError, NotFoundError
from incidents.rights import GroupReference, UserId

OperatorName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,39}$")]


class Operator(BaseModel):
    """A full member of the workspace who may use the command line."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    user: UserId = Field(description="their Slack user id")
    groups: frozenset[GroupReference] = Field(
        default=frozenset(), description="their user groups, as the rules name them: S… or @handle"
    )
    os_user: str | None = Field(
        default=None,
        min_length=1,
        max_length=64,
        description="only this account of the machine's may act as them",
    )


def acting(operators: Mapping[str, Operator], name: str, *, os_user: str) -> Operator:
    """The operator of this name, if the one who types may act as them.

    Args:
        operators: who there is.
        name: as whom somebody acts.
        os_user: the machine's account that the program runs under.

    Raises:
        NotFoundError: there is no such operator.
        NotAllowedError: the operator is bound to another account.
    """
    found = operators.get(name.strip().lower())
    if found is None:
        there = f"There is: {', '.join(sorted(operators))}." if operators else "cordon.yaml names none."
        raise NotFoundError(
            f"There is no operator {name.strip()}. {there} Add yourself to cordon.yaml:"
            " operators: {ann: {user: U0123ABCD}}"
        )
    if found.os_user is not None and found.os_user != os_user:
        raise NotAllowedError(
            f"{name.strip()} may be used by the account {found.os_user} alone, and this is {os_user}."
            " Act as yourself: --as NAME"
        )
    return found
