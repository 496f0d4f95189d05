"""Status updates: the verb, the button on cards and reminders, and the modal."""

from collections.abc import Collection, Mapping
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.listeners.reception import Asked, Reception
from bot.listeners.verb import Verb
from bot.services.publish_update import fields_with, last_fields, publish_update
from bot.views import answers, card, update_modal, wording
from bot.views.help import VerbHelp
from incidents.incident import Incident
from incidents.rights import Right
from incidents.status_update import UpdateFields


def register(app: AsyncApp, reception: Reception) -> None:
    """Listen for the button and the modal."""

    @app.action(card.UPDATE)
    async def start(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        async with reception.attend(body) as asked:
            incident = await reception.incident(asked, int(body["actions"][0]["value"]), Right.PUBLISH_UPDATE)
            await _open(reception, asked, incident)

    @app.view(update_modal.UPDATE)
    async def submitted(ack: AsyncAck, body: dict[str, Any]) -> None:
        fields = fields_of(body["view"])
        if not fields.state:
            await ack(response_action="errors", errors={"state": "Say in a sentence what is happening now."})
            return
        await ack()
        async with reception.attend(body) as asked:
            incident_id, _, origin = body["view"]["private_metadata"].partition(":")
            await reception.incident(asked, int(incident_id), Right.PUBLISH_UPDATE)
            await _publish(reception, asked, int(incident_id), fields, origin)


def fields_of(view: Mapping[str, Any], *, but: Collection[str] = ()) -> UpdateFields:
    """What was filled into an update's or a resolution's form, except for fields of other names."""
    return UpdateFields.model_validate({k: v for k, v in written(view).items() if k not in but})


def written(view: Mapping[str, Any]) -> dict[str, str]:
    """The fields that a form has, as they were filled in."""
    values = view["state"]["values"]
    return {name: (block[name].get("value") or "").strip() for name, block in values.items() if name in block}


async def _run(reception: Reception, asked: Asked, words: str) -> None:
    """The verb: publishes the words, or opens the form where there are none."""
    incident, text = await reception.meant(asked, "update", words, Right.PUBLISH_UPDATE)
    if not text:
        await _open(reception, asked, incident)
        return
    fields = fields_with(await last_fields(reception.parts, incident), text)
    await _publish(reception, asked, incident.id, fields, asked.channel)


async def _open(reception: Reception, asked: Asked, incident: Incident) -> None:
    if not incident.status.is_open:
        await reception.answer(
            asked, answers.say(f"{incident.key} is resolved. Reopen it on its card to publish an update.")
        )
        return
    fields = await last_fields(reception.parts, incident)
    await reception.open_modal(asked, update_modal.update(incident, fields, asked.channel))


async def _publish(
    reception: Reception, asked: Asked, incident_id: int, fields: UpdateFields, origin: str
) -> None:
    incident = await publish_update(
        reception.parts, incident_id, fields, by=asked.user, delivery=asked.delivery
    )
    if origin != incident.channel_id and asked.response_url:
        await reception.answer(asked, answers.done(f"Published in {wording.channel(incident)}."))


VERB = Verb(
    "update",
    VerbHelp(
        "update [INC-42] [what is happening]",
        "Publishes a status update in the incident's channel. Without words a form opens, filled with the last one.",
    ),
    _run,
)
