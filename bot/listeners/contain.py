"""`/incident contain`, the Run buttons of the list and of the checklist, and the form of what an action asks."""

import json
from collections.abc import Mapping
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.listeners.reception import Asked, Reception
from bot.listeners.verb import Verb
from bot.services import find_incident
from bot.services.contain.catalog import offers
from bot.services.contain.propose import Wish, propose
from bot.views import answers, contain
from bot.views.help import VerbHelp
from incidents.action_answers import Ask
from incidents.containment import ActionError
from incidents.errors import NotFoundError, NotUnderstoodError
from incidents.incident import Incident
from incidents.rights import Right


def register(app: AsyncApp, reception: Reception) -> None:
    """Listen for the buttons and the form."""

    @app.action(contain.PLAN)
    async def pressed(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        async with reception.attend(body) as asked:
            incident_id, _, name = str(body["actions"][0]["value"]).partition(":")
            incident = await reception.incident(asked, int(incident_id), Right.CONTAIN)
            await _start(reception, asked, incident, name)

    @app.action(contain.ITEM)
    async def linked(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        async with reception.attend(body) as asked:
            item_id = int(body["actions"][0]["value"])
            incident = await find_incident.of_item(
                reception.parts, item_id, user=asked.user, channel=asked.channel, right=Right.CONTAIN
            )
            item = await reception.parts.database.read(lambda work: work.checklists.item(item_id))
            if item.action is None:
                raise NotFoundError("This item is linked to no action.")
            await _start(reception, asked, incident, item.action, item_id)

    @app.view(contain.FORM)
    async def filled(ack: AsyncAck, body: dict[str, Any]) -> None:
        kept = json.loads(body["view"]["private_metadata"])
        written = _written(body["view"])
        if wrong := _wrong(_asks(reception, kept["action"]), written):
            await ack(response_action="errors", errors=wrong)
            return
        await ack()
        async with reception.attend(body) as asked:
            incident = await reception.incident(asked, kept["incident"], Right.CONTAIN)
            wish = Wish(kept["action"], asked.user, written, kept["item"])
            await _propose(reception, asked, incident, wish)


async def _run(reception: Reception, asked: Asked, words: str) -> None:
    incident, rest = await reception.meant(asked, "contain", words, Right.CONTAIN)
    if rest:
        await _start(reception, asked, incident, rest)
        return
    found = await offers(reception.parts, incident)
    shown = [contain.Offered(one.name, one.action, one.risk, one.in_playbook) for one in found]
    if not shown:
        raise NotFoundError(contain.nothing(incident))
    await reception.answer(asked, contain.listed(incident, shown))


async def _start(
    reception: Reception, asked: Asked, incident: Incident, name: str, item_id: int | None = None
) -> None:
    """Ask what the action asks, else plan it at once."""
    catalog = reception.parts.organisation.catalog
    action, asks = catalog.get(name), catalog.asks(name.strip().lower())
    if asks:
        form = contain.form(incident.id, name.strip().lower(), action, asks, item_id=item_id)
        await reception.open_modal(asked, form)
        return
    await _propose(reception, asked, incident, Wish(name, asked.user, item_id=item_id))


async def _propose(reception: Reception, asked: Asked, incident: Incident, wish: Wish) -> None:
    try:
        await propose(reception.parts, incident, wish, delivery=asked.delivery)
    except ActionError as error:
        await reception.answer(asked, answers.say(f"{error.failed} {error.now} {error.then}"))


def _asks(reception: Reception, name: str) -> Mapping[str, Ask]:
    try:
        return reception.parts.organisation.catalog.asks(name)
    except NotFoundError:
        return {}  # answered in words when it is proposed


def _written(view: Mapping[str, Any]) -> dict[str, str]:
    return {
        block: next(iter(held.values())).get("value") or "" for block, held in view["state"]["values"].items()
    }


def _wrong(asks: Mapping[str, Ask], written: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with each field, in words."""
    wrong = {}
    for field, ask in asks.items():
        try:
            ask.read(written.get(field, ""))
        except NotUnderstoodError as error:
            wrong[field] = str(error)
    return wrong


VERB = Verb(
    "contain",
    VerbHelp(
        "contain [INC-42] [action]",
        "Lists what can contain the incident, or shows the plan of one action. Nothing is changed before it is confirmed.",
    ),
    _run,
)
