"""What a verb of `/incident` is: a name, how it is typed, what it does, and the function that does it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.listeners.reception import Asked, Reception
from bot.views.help import VerbHelp


@dataclass(frozen=True)
class Verb:
    """One verb."""

    name: str
    help: VerbHelp
    run: Callable[[Reception, Asked, str], Awaitable[None]]
    """Called with the words behind the verb, after the ack."""
    aliases: tuple[str, ...] = ()
    """Other words for it."""
