"""The timeline and the published status updates: shown to one person, or exported as files."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.listeners.reception import Asked, Reception
from bot.listeners.verb import Verb
from bot.services import export
from bot.services.read_timeline import read_page
from bot.views import answers, exports, timeline, wording
from bot.views.help import VerbHelp
from incidents.errors import NotUnderstoodError
from incidents.rights import Right

_FORMATS = {"md": "md", "markdown": "md", "json": "json"}


def register(app: AsyncApp, reception: Reception) -> None:
    """Listen for the button under a page."""

    @app.action(timeline.EARLIER)
    async def earlier(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        async with reception.attend(body) as asked:
            number, before, mode = str(body["actions"][0]["value"]).split(":")
            incident = await reception.incident(asked, int(number))
            await _show(reception, asked, incident.id, mode, int(before))


async def _timeline(reception: Reception, asked: Asked, words: str) -> None:
    incident, rest = await reception.meant(asked, "timeline", words)
    match rest.lower().split():
        case []:
            await _show(reception, asked, incident.id, timeline.LATEST)
        case ["all"]:
            await _show(reception, asked, incident.id, timeline.ALL)
        case ["export", wanted] if wanted in _FORMATS:
            await _export(reception, asked, incident.id, export.TIMELINE, [_FORMATS[wanted]])
        case _:
            raise NotUnderstoodError(
                "I know: /incident timeline, timeline all, timeline export md, timeline export json"
            )


async def _archive(reception: Reception, asked: Asked, words: str) -> None:
    incident, _ = await reception.meant(asked, "archive", words)
    await _export(reception, asked, incident.id, export.UPDATES, ["md", "json"])


async def _show(
    reception: Reception, asked: Asked, incident_id: int, mode: str, before: int | None = None
) -> None:
    page = await read_page(reception.parts, incident_id, mode=mode, before=before)
    corrected = exports.corrections(page.corrections)
    shown = timeline.page(page.incident, page.entries, corrected, mode=mode, newest=page.newest)
    await reception.answer(asked, shown)


async def _export(
    reception: Reception, asked: Asked, incident_id: int, what: str, formats: list[str]
) -> None:
    await reception.incident(asked, incident_id, Right.EXPORT)
    incident = await export.request(
        reception.parts, incident_id, what, formats, by=asked.user, delivery=asked.delivery
    )
    if asked.channel != incident.channel_id:
        where = wording.channel(incident)
        await reception.answer(asked, answers.done(f"The export is shared in {where} in a moment."))


TIMELINE = Verb(
    "timeline",
    VerbHelp(
        "timeline [INC-42] [all | export md | export json]",
        "Shows what happened, to you alone, or shares it as a file in the channel.",
    ),
    _timeline,
)
ARCHIVE = Verb(
    "archive",
    VerbHelp("archive [INC-42]", "Shares every published status update as files in the channel."),
    _archive,
)
