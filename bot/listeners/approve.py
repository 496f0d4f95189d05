"""Approving, changing and discarding what an audience is told: the buttons and the form."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.listeners.reception import Asked, Reception
from bot.listeners.update import written
from bot.services import decide_update
from bot.views import approval, update_modal
from incidents.incident import Incident
from incidents.rights import Right
from incidents.status_update import UpdateFields


def register(app: AsyncApp, reception: Reception) -> None:
    """Listen for the buttons and the form."""

    @app.action(approval.APPROVE)
    async def approved(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        async with reception.attend(body) as asked:
            incident, number, seal = await _pressed(reception, asked, body, _approving(reception))
            await decide_update.approve(
                reception.parts, incident, number, seal, by=asked.user, delivery=asked.delivery
            )

    @app.action(approval.DISCARD)
    async def discarded(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        async with reception.attend(body) as asked:
            incident, number, _ = await _pressed(reception, asked, body, _approving(reception))
            await decide_update.discard(
                reception.parts, incident, number, by=asked.user, delivery=asked.delivery
            )

    @app.action(approval.EDIT)
    async def start(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        async with reception.attend(body) as asked:
            incident, number, _ = await _pressed(reception, asked, body, Right.PUBLISH_UPDATE)
            update, audience = await decide_update.waiting(reception.parts, incident, number)
            await reception.open_modal(asked, update_modal.edit(incident, update, audience))

    @app.view(update_modal.EDIT)
    async def edited(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        async with reception.attend(body) as asked:
            incident_id, number = map(int, body["view"]["private_metadata"].split(":"))
            incident = await reception.incident(asked, incident_id, Right.PUBLISH_UPDATE)
            update, _ = await decide_update.waiting(reception.parts, incident, number)
            # the form shows only some of the fields; the others stay
            fields = UpdateFields.model_validate({**update.fields.model_dump(), **written(body["view"])})
            await decide_update.edit(
                reception.parts, incident, number, fields, by=asked.user, delivery=asked.delivery
            )


def _approving(reception: Reception) -> Right | None:
    """The right that is asked for beside the audience's own rule, which is enough where nobody wrote one."""
    return Right.APPROVE_UPDATE if Right.APPROVE_UPDATE in reception.parts.organisation.rights else None


async def _pressed(
    reception: Reception, asked: Asked, body: dict[str, Any], right: Right | None
) -> tuple[Incident, int, str]:
    """The incident, the text's number, and the seal of the words that were seen."""
    incident_id, number, seal = str(body["actions"][0]["value"]).split(":")
    incident = await reception.incident(asked, int(incident_id), right)
    return incident, int(number), seal
