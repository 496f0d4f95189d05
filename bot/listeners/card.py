"""Presses on a card that are no feature of their own: join the channel, and what is behind the three dots."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.listeners import assess, roles, stages
from bot.listeners.reception import Reception
from bot.services.join import join
from bot.views import answers, card

_MORE = {
    card.ROLES: roles.show,
    card.ASSESS: assess.open_form,
    card.BACK: stages.back,
    card.CANCEL: stages.open_cancel,
    card.MERGE: stages.open_merge,
}


def register(app: AsyncApp, reception: Reception) -> None:
    """Listen for the card's buttons."""

    @app.action(card.JOIN)
    async def joined(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        async with reception.attend(body) as asked:
            incident = await reception.incident(asked, int(body["actions"][0]["value"]))
            await join(reception.parts, incident, by=asked.user)
            await reception.answer(asked, answers.joined(incident))

    @app.action(card.MORE)
    async def more(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        async with reception.attend(body) as asked:
            choice, number = str(body["actions"][0]["selected_option"]["value"]).split(":")
            await _MORE[choice](reception, asked, int(number))
