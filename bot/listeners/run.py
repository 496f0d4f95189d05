"""The buttons under a run: start, approve, call off, break the glass, undo, recover, and settle a doubt."""

from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.listeners.reception import Asked, Reception
from bot.services.contain import break_glass, decide, recover, settle, take_back
from bot.services.contain.allowed import run_and_incident
from bot.services.parts import Parts
from bot.views import contain, run_buttons
from incidents.errors import NotFoundError
from incidents.rights import Right
from incidents.runs import Run

Press = Callable[[Parts, int, Asked], Awaitable[Run]]


async def _confirm(parts: Parts, run_id: int, asked: Asked) -> Run:
    return await decide.confirm(parts, run_id, by=asked.user, delivery=asked.delivery)


async def _confirm_without(parts: Parts, run_id: int, asked: Asked) -> Run:
    return await decide.confirm(parts, run_id, by=asked.user, delivery=asked.delivery, with_evidence=False)


async def _approve(parts: Parts, run_id: int, asked: Asked) -> Run:
    return await decide.agree_to(parts, run_id, by=asked.user, delivery=asked.delivery)


async def _call_off(parts: Parts, run_id: int, asked: Asked) -> Run:
    return await decide.call_off(parts, run_id, by=asked.user, delivery=asked.delivery)


async def _undo(parts: Parts, run_id: int, asked: Asked) -> Run:
    return await take_back.undo_run(parts, run_id, by=asked.user, delivery=asked.delivery)


async def _recover(parts: Parts, run_id: int, asked: Asked) -> Run:
    return await recover.recover(parts, run_id, by=asked.user, delivery=asked.delivery)


async def _look(parts: Parts, run_id: int, asked: Asked) -> Run:
    return await settle.look_again(parts, run_id, by=asked.user, delivery=asked.delivery)


async def _nothing(parts: Parts, run_id: int, asked: Asked) -> Run:
    return await settle.nothing_happened(parts, run_id, by=asked.user, delivery=asked.delivery)


_PRESSES: dict[str, Press] = {
    run_buttons.CONFIRM: _confirm,
    run_buttons.CONFIRM_WITHOUT: _confirm_without,
    run_buttons.APPROVE: _approve,
    run_buttons.CANCEL: _call_off,
    run_buttons.UNDO: _undo,
    run_buttons.RECOVER: _recover,
    run_buttons.LOOK: _look,
    run_buttons.HAPPENED: _look,
    run_buttons.NOTHING: _nothing,
}

_DECIDED_BY_POLICY = frozenset({run_buttons.APPROVE, run_buttons.CANCEL})
"""Who may agree or decline stands under `containment:`; who approves need not be one who may run things."""


def register(app: AsyncApp, reception: Reception) -> None:
    """Listen for the buttons, and for the form that breaks the glass."""
    for action_id, press in _PRESSES.items():
        _register(app, reception, action_id, press)

    @app.action(run_buttons.BREAK_GLASS)
    async def glass(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        async with reception.attend(body) as asked:
            run_id = await _meant(reception, asked, str(body["actions"][0]["value"]))
            run, incident = await run_and_incident(reception.parts, run_id)
            await reception.open_modal(asked, contain.glass(incident, run))

    @app.view(contain.GLASS)
    async def broken(ack: AsyncAck, body: dict[str, Any]) -> None:
        reason = (body["view"]["state"]["values"][contain.REASON][contain.REASON].get("value") or "").strip()
        if not reason:
            await ack(response_action="errors", errors={contain.REASON: "Say why it can't wait."})
            return
        await ack()
        async with reception.attend(body) as asked:
            run_id = await _meant(reception, asked, body["view"]["private_metadata"])
            await break_glass.break_glass(
                reception.parts, run_id, by=asked.user, reason=reason, delivery=asked.delivery
            )


def _register(app: AsyncApp, reception: Reception, action_id: str, press: Press) -> None:
    @app.action(action_id)
    async def pressed(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        async with reception.attend(body) as asked:
            right = None if action_id in _DECIDED_BY_POLICY else Right.CONTAIN
            run_id = await _meant(reception, asked, str(body["actions"][0]["value"]), right)
            await press(reception.parts, run_id, asked)


async def _meant(reception: Reception, asked: Asked, value: str, right: Right | None = None) -> int:
    """The run's number, for somebody who may know of its incident and has the right."""
    incident_id, run_id = map(int, value.split(":"))
    await reception.incident(asked, incident_id, right)
    run = await reception.parts.database.read(lambda work: work.runs.get(run_id))
    if run.incident_id != incident_id:
        raise NotFoundError("This run is not there any more.")
    return run_id
