"""Resolving: the verb, the button and the form, which also asks what shows containment where nothing does yet."""

import json
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.listeners.reception import Asked, Reception
from bot.listeners.update import fields_of
from bot.listeners.verb import Verb
from bot.services import gates
from bot.services.publish_update import fields_with, last_fields
from bot.services.resolve import resolve
from bot.views import answers, card, update_modal
from bot.views.help import VerbHelp
from bot.views.stage_modals import PROOF
from incidents.errors import IllegalMoveError
from incidents.incident import Incident
from incidents.lifecycle import GateKind, Stage
from incidents.rights import Right


def register(app: AsyncApp, reception: Reception) -> None:
    """Listen for the buttons and the form."""

    @app.action(card.RESOLVE)
    async def start(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        async with reception.attend(body) as asked:
            incident = await reception.incident(asked, int(body["actions"][0]["value"]), Right.RESOLVE)
            await _open(reception, asked, incident)

    @app.action(update_modal.RESOLVE_ANYWAY)
    async def carry_on(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        async with reception.attend(body) as asked:
            kept = json.loads(body["actions"][0]["value"])
            incident = await reception.incident(asked, int(kept["incident"]), Right.RESOLVE)
            await _open(reception, asked, incident, kept["state"])

    @app.view(update_modal.RESOLVE)
    async def submitted(ack: AsyncAck, body: dict[str, Any]) -> None:
        fields = fields_of(body["view"], but=(PROOF,))
        if not fields.state:
            await ack(response_action="errors", errors={"state": "Say in a sentence what happened."})
            return
        await ack()
        async with reception.attend(body) as asked:
            incident_id, _, _ = body["view"]["private_metadata"].partition(":")
            await reception.incident(asked, int(incident_id), Right.RESOLVE)
            values = body["view"]["state"]["values"]
            proof = str(values[PROOF][PROOF].get("value") or "") if PROOF in values else ""
            await resolve(
                reception.parts,
                int(incident_id),
                fields,
                by=asked.user,
                delivery=asked.delivery,
                containment=proof,
            )


async def _run(reception: Reception, asked: Asked, words: str) -> None:
    """The verb: resolves with these words, or opens the form where there are none."""
    incident, text = await reception.meant(asked, "resolve", words, Right.RESOLVE)
    if not text:
        await _open(reception, asked, incident)
        return
    fields = fields_with(await last_fields(reception.parts, incident), text)
    try:
        resolved = await resolve(reception.parts, incident.id, fields, by=asked.user, delivery=asked.delivery)
    except IllegalMoveError as error:
        if not incident.status.is_open:
            raise
        await reception.answer(asked, update_modal.not_resolved(incident, str(error), text))
        return
    if asked.channel != resolved.channel_id:
        await reception.answer(asked, answers.say(f"{resolved.key} is resolved."))


async def _open(reception: Reception, asked: Asked, incident: Incident, state: str = "") -> None:
    wanted, known = gates.wanted(reception.parts, incident), gates.facts(incident)
    asks = GateKind.CONTAINMENT in wanted and not known.passes(GateKind.CONTAINMENT)
    if not incident.status.is_open:
        gates.check(reception.parts, incident, Stage.RESOLVED)
    fields = await last_fields(reception.parts, incident)
    if state:
        fields = fields_with(fields, state)
    await reception.open_modal(
        asked, update_modal.resolve(incident, fields, asked.channel, asks_containment=asks)
    )


VERB = Verb(
    "resolve",
    VerbHelp(
        "resolve [INC-42] [what happened]",
        "Resolves the incident and posts the resolution with its duration. Without words a form opens. Reopen takes it back.",
    ),
    _run,
)
