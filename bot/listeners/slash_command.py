"""`/incident <verb> …`: acks, finds the verb, and says what there is when it finds none."""

import difflib
from collections.abc import Mapping, Sequence
from typing import Any, Final

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.listeners.reception import Asked, Reception
from bot.listeners.verb import Verb
from bot.views import help as help_view
from bot.views.help import VerbHelp
from bot.views.mrkdwn import unescape
from incidents.errors import NotUnderstoodError

COMMAND: Final = "/incident"


def register(app: AsyncApp, reception: Reception, verbs: Sequence[Verb]) -> None:
    """Listen for the slash command."""
    known = {name: verb for verb in [*verbs, _help(verbs)] for name in (verb.name, *verb.aliases)}

    @app.command(COMMAND)
    async def incident(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        async with reception.attend(body) as asked:
            name, _, words = unescape(str(body.get("text", ""))).strip().partition(" ")
            verb = _find(known, name.lower() or "help")
            await verb.run(reception, asked, words.strip())


def _find(known: Mapping[str, Verb], name: str) -> Verb:
    verb = known.get(name)
    if verb is None:
        close = difflib.get_close_matches(name, known, n=1)
        perhaps = f' Did you mean "{close[0]}"?' if close else ""
        raise NotUnderstoodError(
            f'I don\'t know "{name}".{perhaps} There is: {", ".join(dict.fromkeys(verb.name for verb in known.values()))}.'
        )
    return verb


def _help(verbs: Sequence[Verb]) -> Verb:
    shown = VerbHelp("help", "Shows this.")

    async def run(reception: Reception, asked: Asked, _words: str) -> None:
        helps = [*(verb.help for verb in verbs), shown]
        await reception.answer(asked, help_view.message(helps, reception.parts.scheme))

    return Verb("help", shown, run)
