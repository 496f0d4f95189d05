"""Moving an incident along: containment verified, recovering, back, cancelled, merged, reopened."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.listeners.reception import Asked, Reception
from bot.listeners.verb import Verb
from bot.services import advance, find_incident, merge
from bot.services.resolve import reopen
from bot.views import answers, card, stage_modals
from bot.views.help import VerbHelp
from bot.views.stage_modals import INTO, PROOF, REASON
from incidents.errors import NotUnderstoodError
from incidents.incident import Incident, parse_key
from incidents.lifecycle import Stage
from incidents.rights import Right

_OTHERS = 100


def register(app: AsyncApp, reception: Reception) -> None:
    """Listen for the card's buttons and the forms."""
    _register_buttons(app, reception)
    _register_forms(app, reception)


def _register_buttons(app: AsyncApp, reception: Reception) -> None:
    @app.action(card.VERIFY)
    async def verifying(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        async with reception.attend(body) as asked:
            incident = await reception.incident(asked, int(body["actions"][0]["value"]), Right.MOVE)
            await reception.open_modal(asked, stage_modals.verify(incident))

    @app.action(card.RECOVER)
    async def recovering(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        async with reception.attend(body) as asked:
            incident = await reception.incident(asked, int(body["actions"][0]["value"]), Right.MOVE)
            await _move(reception, asked, incident, Stage.RECOVERING)

    @app.action(card.REOPEN)
    async def again(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        async with reception.attend(body) as asked:
            incident = await reception.incident(asked, int(body["actions"][0]["value"]), Right.REOPEN)
            await _reopen(reception, asked, incident)


def _register_forms(app: AsyncApp, reception: Reception) -> None:
    @app.view(stage_modals.VERIFY)
    async def verified(ack: AsyncAck, body: dict[str, Any]) -> None:
        proof = _written(body, PROOF)
        if not proof:
            await ack(response_action="errors", errors={PROOF: "Say what shows it: it stands in the record."})
            return
        await ack()
        async with reception.attend(body) as asked:
            incident = await reception.incident(asked, int(body["view"]["private_metadata"]), Right.MOVE)
            await advance.verify_containment(
                reception.parts, incident.id, proof, by=asked.user, delivery=asked.delivery
            )

    @app.view(stage_modals.CANCEL)
    async def cancelled(ack: AsyncAck, body: dict[str, Any]) -> None:
        reason = _written(body, REASON)
        if not reason:
            await ack(response_action="errors", errors={REASON: "Say why: it stands in the record."})
            return
        await ack()
        async with reception.attend(body) as asked:
            incident = await reception.incident(asked, int(body["view"]["private_metadata"]), Right.CANCEL)
            await advance.cancel(reception.parts, incident.id, reason, by=asked.user, delivery=asked.delivery)

    @app.view(stage_modals.MERGE)
    async def merged(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        async with reception.attend(body) as asked:
            incident = await reception.incident(asked, int(body["view"]["private_metadata"]), Right.MERGE)
            chosen = body["view"]["state"]["values"][INTO][INTO]["selected_option"]["value"]
            await _merge(reception, asked, incident, int(chosen))


def _written(body: dict[str, Any], name: str) -> str:
    return str(body["view"]["state"]["values"][name][name].get("value") or "").strip()


async def open_cancel(reception: Reception, asked: Asked, incident_id: int) -> None:
    """Open the form that cancels."""
    incident = await reception.incident(asked, incident_id, Right.CANCEL)
    await reception.open_modal(asked, stage_modals.cancel(incident))


async def open_merge(reception: Reception, asked: Asked, incident_id: int) -> None:
    """Open the form that merges, with the open incidents that this person may know of."""
    incident = await reception.incident(asked, incident_id, Right.MERGE)
    known, _ = await find_incident.open_ones(reception.parts, _OTHERS, user=asked.user)
    fit = [
        one
        for one in known
        if one.id != incident.id and one.drill == incident.drill and one.private == incident.private
    ]
    await reception.open_modal(asked, stage_modals.merge(incident, fit))


async def back(reception: Reception, asked: Asked, incident_id: int) -> None:
    """Back to investigating."""
    incident = await reception.incident(asked, incident_id, Right.MOVE)
    await _move(reception, asked, incident, Stage.INVESTIGATING)


async def _move(reception: Reception, asked: Asked, incident: Incident, to: Stage, words: str = "") -> None:
    await advance.move(reception.parts, incident.id, to, words, by=asked.user, delivery=asked.delivery)


async def _merge(reception: Reception, asked: Asked, incident: Incident, into: int) -> None:
    await reception.incident(asked, into)
    merged = await merge.merge(reception.parts, incident.id, into, by=asked.user, delivery=asked.delivery)
    if asked.channel != merged.channel_id:
        await reception.answer(asked, answers.say(f"{merged.key} is merged into INC-{into}."))


async def _reopen(reception: Reception, asked: Asked, incident: Incident) -> None:
    opened = await reopen(reception.parts, incident.id, by=asked.user, delivery=asked.delivery)
    await reception.answer(asked, answers.say(f"{opened.key} is open again."))


# --- typed -----------------------------------------------------------------------------------------------


async def _verify_typed(reception: Reception, asked: Asked, words: str) -> None:
    incident, proof = await reception.meant(asked, "verify", words, Right.MOVE)
    if not proof:
        await reception.open_modal(asked, stage_modals.verify(incident))
        return
    await advance.verify_containment(
        reception.parts, incident.id, proof, by=asked.user, delivery=asked.delivery
    )


async def _recovering_typed(reception: Reception, asked: Asked, words: str) -> None:
    incident, why = await reception.meant(asked, "recovering", words, Right.MOVE)
    await _move(reception, asked, incident, Stage.RECOVERING, why)


async def _investigating_typed(reception: Reception, asked: Asked, words: str) -> None:
    incident, why = await reception.meant(asked, "investigating", words, Right.MOVE)
    await _move(reception, asked, incident, Stage.INVESTIGATING, why)


async def _cancel_typed(reception: Reception, asked: Asked, words: str) -> None:
    incident, reason = await reception.meant(asked, "cancel", words, Right.CANCEL)
    if not reason:
        await reception.open_modal(asked, stage_modals.cancel(incident))
        return
    cancelled = await advance.cancel(
        reception.parts, incident.id, reason, by=asked.user, delivery=asked.delivery
    )
    if asked.channel != cancelled.channel_id:
        await reception.answer(asked, answers.say(f"{cancelled.key} is cancelled as a false positive."))


async def _merge_typed(reception: Reception, asked: Asked, words: str) -> None:
    """With one name, the channel's incident ends in that one; with two, the first ends in the second."""
    named = [key for key in map(parse_key, words.replace(" into ", " ").split()) if key is not None]
    if not named or len(named) > 2:  # noqa: PLR2004 - which, and into which
        raise NotUnderstoodError(
            "Say into which: /incident merge INC-7, or from elsewhere: /incident merge INC-8 INC-7"
        )
    own = f"INC-{named[0]}" if len(named) > 1 else ""
    incident, _ = await reception.meant(asked, "merge", own, Right.MERGE)
    await _merge(reception, asked, incident, named[-1])


async def _reopen_typed(reception: Reception, asked: Asked, words: str) -> None:
    incident, _ = await reception.meant(asked, "reopen", words, Right.REOPEN)
    await _reopen(reception, asked, incident)


VERBS = (
    Verb(
        "verify",
        VerbHelp("verify [INC-42] what shows it", "Containment is verified: the incident is contained."),
        _verify_typed,
        aliases=("contained",),
    ),
    Verb(
        "recovering",
        VerbHelp("recovering [INC-42] [words]", "Services are being brought back."),
        _recovering_typed,
        aliases=("recover",),
    ),
    Verb(
        "investigating",
        VerbHelp(
            "investigating [INC-42] [why]",
            "Back to investigating: containment did not hold, or the problem is back.",
        ),
        _investigating_typed,
        aliases=("investigate",),
    ),
    Verb(
        "cancel",
        VerbHelp("cancel [INC-42] why", "Ends it as a false positive."),
        _cancel_typed,
    ),
    Verb(
        "merge",
        VerbHelp("merge [INC-42] INC-7", "Ends it as a duplicate of INC-7, where work goes on."),
        _merge_typed,
    ),
    Verb("reopen", VerbHelp("reopen [INC-42]", "Opens it again, to investigate."), _reopen_typed),
)
