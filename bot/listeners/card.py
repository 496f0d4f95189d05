"""Presses on a card: join the channel, take command."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.listeners.reception import Reception
from bot.services.command import join, take_command
from bot.views import answers, card
from incidents.rights import Right


def register(app: AsyncApp, reception: Reception) -> None:
    """Listen for the card's buttons."""

    @app.action(card.JOIN)
    async def joined(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        async with reception.attend(body) as asked:
            incident = await reception.incident(asked, int(body["actions"][0]["value"]))
            await join(reception.parts, incident, by=asked.user)
            await reception.answer(asked, answers.joined(incident))

    @app.action(card.TAKE_COMMAND)
    async def commanded(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        async with reception.attend(body) as asked:
            incident_id = int(body["actions"][0]["value"])
            await reception.incident(asked, incident_id, Right.TAKE_ROLE)
            incident = await take_command(
                reception.parts, incident_id, by=asked.user, delivery=asked.delivery
            )
            await reception.answer(asked, answers.in_command(incident))
