"""Closing an incident, and what closing asks for: the links of postmortem and regression case, or a waiver."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.listeners.reception import Asked, Reception
from bot.listeners.verb import Verb
from bot.services import advance, gates
from bot.views import answers, card, stage_modals
from bot.views.help import VerbHelp
from bot.views.stage_modals import POSTMORTEM, REGRESSION
from incidents.errors import NotUnderstoodError
from incidents.incident import Incident
from incidents.lifecycle import GateKind, Stage, find_gate, missing, read_link
from incidents.rights import Right


def register(app: AsyncApp, reception: Reception) -> None:
    """Listen for the button and the form."""

    @app.action(card.CLOSE)
    async def closing(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        async with reception.attend(body) as asked:
            incident = await reception.incident(asked, int(body["actions"][0]["value"]), Right.CLOSE)
            await _open(reception, asked, incident)

    @app.view(stage_modals.CLOSE)
    async def submitted(ack: AsyncAck, body: dict[str, Any]) -> None:
        values = body["view"]["state"]["values"]
        links = {
            name: str(values[name][name].get("value") or "").strip()
            for name in (POSTMORTEM, REGRESSION)
            if name in values
        }
        mistakes = {name: said for name, link in links.items() if link and (said := _mistake(link))}
        if mistakes:
            await ack(response_action="errors", errors=mistakes)
            return
        await ack()
        async with reception.attend(body) as asked:
            incident = await reception.incident(asked, int(body["view"]["private_metadata"]), Right.CLOSE)
            await advance.close(reception.parts, incident.id, by=asked.user, delivery=asked.delivery, **links)


def _mistake(link: str) -> str | None:
    try:
        read_link(link)
    except NotUnderstoodError as error:
        return str(error)
    return None


async def _open(reception: Reception, asked: Asked, incident: Incident) -> None:
    wanted = gates.wanted(reception.parts, incident)
    if incident.status is not Stage.RESOLVED:
        gates.check(reception.parts, incident, Stage.CLOSED)
    await reception.open_modal(asked, stage_modals.close(incident, sorted(wanted)))


async def _close_typed(reception: Reception, asked: Asked, words: str) -> None:
    incident, _ = await reception.meant(asked, "close", words, Right.CLOSE)
    wanted = gates.wanted(reception.parts, incident)
    if incident.status is Stage.RESOLVED and missing(Stage.CLOSED, wanted, gates.facts(incident)):
        await _open(reception, asked, incident)
        return
    closed = await advance.close(reception.parts, incident.id, by=asked.user, delivery=asked.delivery)
    if asked.channel != closed.channel_id:
        await reception.answer(asked, answers.say(f"{closed.key} is closed."))


async def _waive_typed(reception: Reception, asked: Asked, words: str) -> None:
    incident, said = await reception.meant(asked, "waive", words, Right.WAIVE)
    name, _, reason = said.partition(" ")
    gate = find_gate(name)
    reason = reason.strip()
    for opening in ("because ", "since ", ": ", "- "):
        reason = reason.removeprefix(opening)
    await gates.waive(reception.parts, incident.id, gate, reason, by=asked.user, delivery=asked.delivery)
    if asked.channel != incident.channel_id:
        await reception.answer(asked, answers.say(f"Waived for {incident.key}: {gate}."))


async def _postmortem(reception: Reception, asked: Asked, words: str) -> None:
    await _link(reception, asked, words, GateKind.POSTMORTEM)


async def _regression(reception: Reception, asked: Asked, words: str) -> None:
    await _link(reception, asked, words, GateKind.REGRESSION)


async def _link(reception: Reception, asked: Asked, words: str, gate: GateKind) -> None:
    incident, said = await reception.meant(asked, gate.value, words, Right.MOVE)
    linked = await gates.link(
        reception.parts, incident.id, gate, said, by=asked.user, delivery=asked.delivery
    )
    if asked.channel != linked.channel_id:
        await reception.answer(asked, answers.say(f"Kept for {linked.key}."))


VERBS = (
    Verb(
        "close",
        VerbHelp(
            "close [INC-42]",
            "Closes a resolved incident; asks for the links of its postmortem and regression case.",
        ),
        _close_typed,
    ),
    Verb(
        "postmortem",
        VerbHelp("postmortem [INC-42] https://…", "Keeps the link of the published postmortem."),
        _postmortem,
    ),
    Verb(
        "regression",
        VerbHelp("regression [INC-42] https://…", "Keeps the link of the regression case."),
        _regression,
    ),
    Verb(
        "waive",
        VerbHelp(
            "waive [INC-42] containment|postmortem|regression because …",
            "Goes on without it; the commander's right, and it stands out in the record.",
        ),
        _waive_typed,
    ),
)
