"""Asking to be let into a private incident, and deciding it."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.listeners.reception import Asked, Reception
from bot.listeners.verb import Verb
from bot.services import ask_access
from bot.views import access, answers
from bot.views.help import VerbHelp
from incidents.errors import NotUnderstoodError
from incidents.incident import parse_key
from incidents.rights import Right


def register(app: AsyncApp, reception: Reception) -> None:
    """Listen for the two buttons."""

    @app.action(access.GRANT)
    async def granted(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        async with reception.attend(body) as asked:
            await _decide(reception, asked, body, grant=True)

    @app.action(access.DECLINE)
    async def declined(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        async with reception.attend(body) as asked:
            await _decide(reception, asked, body, grant=False)


async def _decide(reception: Reception, asked: Asked, body: dict[str, Any], *, grant: bool) -> None:
    number, seq, who = str(body["actions"][0]["value"]).split(":")
    incident = await reception.incident(asked, int(number), Right.GRANT_ACCESS)
    await ask_access.decide(
        reception.parts, incident.id, int(seq), who, grant=grant, by=asked.user, delivery=asked.delivery
    )


async def _run(reception: Reception, asked: Asked, words: str) -> None:
    number = parse_key(words)
    if number is None:
        raise NotUnderstoodError(
            "Say to which private incident you want to be let in: /incident access INC-42"
        )
    await ask_access.ask(reception.parts, number, by=asked.user, delivery=asked.delivery)
    await reception.answer(asked, answers.say(access.asked()))


VERB = Verb(
    "access",
    VerbHelp("access INC-42", "Asks the members of a private incident to let you in."),
    _run,
)
