"""`/incident assess`: five questions, the computed level with its reasons, applied when confirmed."""

import json
from collections.abc import Mapping
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.listeners.reception import Asked, Reception
from bot.listeners.verb import Verb
from bot.services.change_severity import change_severity, refuse_when_over
from bot.views import answers, assess_modal
from bot.views.help import VerbHelp
from incidents.assessment import assess
from incidents.assessment_questions import QUESTIONS, read_answers
from incidents.rights import Right


def register(app: AsyncApp, reception: Reception) -> None:
    """Listen for the two forms."""

    @app.view(assess_modal.QUESTIONS_CALLBACK)
    async def answered(ack: AsyncAck, body: dict[str, Any]) -> None:
        """The rules are computed before the ack: they are what the form turns into."""
        assessment = assess(read_answers(_chosen(body["view"])), reception.parts.scheme)
        shown = assess_modal.result(int(body["view"]["private_metadata"]), assessment)
        await ack(response_action="update", view=dict(shown))

    @app.view(assess_modal.APPLY_CALLBACK)
    async def applied(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        async with reception.attend(body) as asked:
            kept = json.loads(body["view"]["private_metadata"])
            await reception.incident(asked, int(kept["incident"]), Right.CHANGE_SEVERITY)
            level = reception.parts.scheme.find(kept["level"])
            why = f"assessed: {kept['why']}"
            await change_severity(
                reception.parts,
                int(kept["incident"]),
                level,
                why,
                by=asked.user,
                delivery=f"{asked.delivery}:apply",
            )


def _chosen(view: Mapping[str, Any]) -> dict[str, str | None]:
    values = view["state"]["values"]
    chosen = {one.id: (values[one.id][one.id].get("selected_option") or {}) for one in QUESTIONS}
    return {name: option.get("value") for name, option in chosen.items()}


async def _run(reception: Reception, asked: Asked, words: str) -> None:
    incident, extra = await reception.meant(asked, "assess", words, Right.CHANGE_SEVERITY)
    refuse_when_over(incident)
    if extra:
        await reception.answer(
            asked, answers.say("The form asks everything; nothing needs to be typed behind it.")
        )
    await reception.open_modal(asked, assess_modal.questions(incident))


async def open_form(reception: Reception, asked: Asked, incident_id: int) -> None:
    """Open the questions."""
    incident = await reception.incident(asked, incident_id, Right.CHANGE_SEVERITY)
    refuse_when_over(incident)
    await reception.open_modal(asked, assess_modal.questions(incident))


VERB = Verb(
    "assess",
    VerbHelp(
        "assess [INC-42]",
        "Five questions; the answers make the severity, with the reasons. It is applied when you confirm it.",
    ),
    _run,
)
