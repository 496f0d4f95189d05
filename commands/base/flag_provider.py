"""What every keeper of feature flags can do for Cordon. One file beside this one for each provider."""

from dataclasses import dataclass
from typing import Any, Protocol

from commands.base.contract import Progress
from commands.base.http_call import Answer
from commands.base.masking import quoted
from incidents.containment import ActionError


@dataclass(frozen=True)
class FlagState:
    """How a flag stands in one environment.

    Attributes:
        on: whether it is on.
        warnings: what a person should know before switching it, as sentences.
    """

    on: bool
    warnings: tuple[str, ...] = ()


class FlagProvider(Protocol):
    """One project and environment of one provider."""

    @property
    def where(self) -> str:
        """The provider, project and environment, for people."""
        ...

    async def read(self, flag: str) -> FlagState:
        """How the flag stands now.

        Raises:
            ActionError: there is no such flag, or it can't be read.
        """
        ...

    async def switch(self, flag: str, *, on: bool, reason: str, progress: Progress) -> None:
        """Put the flag on or off; doing so twice does no more than once.

        Raises:
            ChangedMeanwhileError: the provider refused it as in conflict with another change.
            ActionError: it did not work, or nobody knows whether it did.
        """
        ...


def object_of(answer: Answer, what: str) -> dict[str, Any]:
    """The JSON object that was answered.

    Raises:
        ActionError: it is none.
    """
    try:
        found = answer.json()
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise strange(what, answer)
    return found


def strange(what: str, answer: Answer) -> ActionError:
    """The refusal to guess at an answer that is not as documented."""
    return ActionError(
        f"{what} answered something that is no flag: {quoted(answer.text, answer.secrets)}.",
        now="How the flag stands is not known; nothing was changed by looking.",
        then="Check the connection's url, and look at the flag by hand.",
    )
