"""Presses on a checklist: done, undo, skip, assign, add, and how an item is done."""

from collections.abc import Callable, Mapping
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.listeners.reception import Asked, Reception
from bot.services import find_incident
from bot.services.change_checklist import add_item, assign_item, phase
from bot.services.check_item import Press, check_item
from bot.views import answers, checklist, checklist_modals
from bot.views.checklist_modals import ASSIGN, DONE, ITEM, PERSON, REASON, SKIP, TEXT, WHAT
from incidents.checklist import ChecklistPhase, Move, Verdict
from incidents.rights import Right


def register(app: AsyncApp, reception: Reception) -> None:
    """Listen for the checklist's buttons and modals."""
    _register_buttons(app, reception)
    _register_modals(app, reception)


def _register_buttons(app: AsyncApp, reception: Reception) -> None:
    @app.action(checklist.MOVE)
    async def press(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        async with reception.attend(body) as asked:
            item, move, version = body["actions"][0]["value"].split(":")
            await _item_open_to(reception, asked, int(item))
            await _press(reception, asked, Press(int(item), Move(move), int(version), asked.user))

    _register_form(app, reception, checklist.CHANGE, checklist_modals.change)
    _register_form(app, reception, checklist.ADD, checklist_modals.add)
    _register_form(app, reception, checklist.DETAILS, checklist_modals.details)


def _register_form(
    app: AsyncApp, reception: Reception, action_id: str, draw: Callable[[ChecklistPhase], Mapping[str, Any]]
) -> None:
    """Open a phase's modal at the press of a button."""

    @app.action(action_id)
    async def open_form(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        async with reception.attend(body) as asked:
            phase_id = int(body["actions"][0]["value"])
            await _phase_open_to(reception, asked, phase_id)
            found = await phase(reception.parts, phase_id)
            await reception.open_modal(asked, draw(found))


def _register_modals(app: AsyncApp, reception: Reception) -> None:
    @app.view(checklist_modals.CHANGE)
    async def changed(ack: AsyncAck, body: dict[str, Any]) -> None:
        values = body["view"]["state"]["values"]
        what = values[WHAT][WHAT]["selected_option"]["value"]
        reason = (values[REASON][REASON].get("value") or "").strip()
        person = values[PERSON][PERSON].get("selected_user")
        if what == SKIP and not reason:
            await ack(
                response_action="errors", errors={REASON: "Say why it is skipped: it stands in the record."}
            )
            return
        if what == ASSIGN and not person:
            await ack(response_action="errors", errors={PERSON: "Choose who does it."})
            return
        await ack()
        async with reception.attend(body) as asked:
            item, version = (int(part) for part in values[ITEM][ITEM]["selected_option"]["value"].split(":"))
            await _item_open_to(reception, asked, item)
            if what == ASSIGN:
                await assign_item(reception.parts, item, person, by=asked.user, delivery=asked.delivery)
            else:
                move = Move.DO if what == DONE else Move.SKIP
                await _press(reception, asked, Press(item, move, version, asked.user, reason))

    @app.view(checklist_modals.ADD)
    async def added(ack: AsyncAck, body: dict[str, Any]) -> None:
        text = (body["view"]["state"]["values"][TEXT][TEXT].get("value") or "").strip()
        if not text:
            await ack(response_action="errors", errors={TEXT: "Write what has to be done."})
            return
        await ack()
        async with reception.attend(body) as asked:
            phase_id = int(body["view"]["private_metadata"])
            await _phase_open_to(reception, asked, phase_id)
            await add_item(reception.parts, phase_id, text, by=asked.user, delivery=asked.delivery)


async def _item_open_to(reception: Reception, asked: Asked, item_id: int) -> None:
    await find_incident.of_item(
        reception.parts, item_id, user=asked.user, channel=asked.channel, right=Right.CHECKLIST
    )


async def _phase_open_to(reception: Reception, asked: Asked, phase_id: int) -> None:
    await find_incident.of_phase(
        reception.parts, phase_id, user=asked.user, channel=asked.channel, right=Right.CHECKLIST
    )


async def _press(reception: Reception, asked: Asked, press: Press) -> None:
    verdict, item = await check_item(reception.parts, press, delivery=asked.delivery)
    if verdict is not Verdict.APPLY:
        await reception.answer(asked, answers.press_refused(item, verdict))
