"""Resolving and reopening: the verb, the buttons and the modal."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.listeners.reception import Asked, Reception
from bot.listeners.update import fields_of, fields_with
from bot.listeners.verb import Verb
from bot.services.publish_update import last_fields
from bot.services.resolve import reopen, resolve
from bot.views import answers, card, update_modal
from bot.views.help import VerbHelp
from incidents.errors import IllegalMoveError
from incidents.incident import Incident
from incidents.rights import Right


def register(app: AsyncApp, reception: Reception) -> None:
    """Listen for the buttons and the modal."""

    @app.action(card.RESOLVE)
    async def start(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        async with reception.attend(body) as asked:
            incident = await reception.incident(asked, int(body["actions"][0]["value"]), Right.RESOLVE)
            await _open(reception, asked, incident)

    @app.view(update_modal.RESOLVE)
    async def submitted(ack: AsyncAck, body: dict[str, Any]) -> None:
        fields = fields_of(body["view"])
        if not fields.state:
            await ack(response_action="errors", errors={"state": "Say in a sentence what happened."})
            return
        await ack()
        async with reception.attend(body) as asked:
            incident_id, _, _ = body["view"]["private_metadata"].partition(":")
            await reception.incident(asked, int(incident_id), Right.RESOLVE)
            await resolve(reception.parts, int(incident_id), fields, by=asked.user, delivery=asked.delivery)

    @app.action(card.REOPEN)
    async def again(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        async with reception.attend(body) as asked:
            incident_id = int(body["actions"][0]["value"])
            await reception.incident(asked, incident_id, Right.REOPEN)
            incident = await reopen(reception.parts, incident_id, by=asked.user, delivery=asked.delivery)
            await reception.answer(asked, answers.say(f"{incident.key} is open again."))


async def _run(reception: Reception, asked: Asked, words: str) -> None:
    """The verb: resolves with these words, or opens the form where there are none."""
    incident, text = await reception.meant(asked, "resolve", words, Right.RESOLVE)
    if not text:
        await _open(reception, asked, incident)
        return
    fields = fields_with(await last_fields(reception.parts, incident), text)
    resolved = await resolve(reception.parts, incident.id, fields, by=asked.user, delivery=asked.delivery)
    if asked.channel != resolved.channel_id:
        await reception.answer(asked, answers.say(f"{resolved.key} is resolved."))


async def _open(reception: Reception, asked: Asked, incident: Incident) -> None:
    if not incident.status.is_open:
        raise IllegalMoveError(f"{incident.key} is resolved already. Reopen it on its card first.")
    fields = await last_fields(reception.parts, incident)
    await reception.open_modal(asked, update_modal.resolve(incident, fields, asked.channel))


VERB = Verb(
    "resolve",
    VerbHelp(
        "resolve [INC-42] [what happened]",
        "Resolves the incident and posts the resolution with its duration. Without words a form opens. Reopen takes it back.",
    ),
    _run,
)
