"""Looking without changing anything: `/incident status` and `/incident list`."""

from bot.listeners.reception import Asked, Reception
from bot.listeners.verb import Verb
from bot.services import find_incident
from bot.services.overview import overview
from bot.views import answers, status
from bot.views.help import VerbHelp

_LISTED = 20


async def _status(reception: Reception, asked: Asked, words: str) -> None:
    incident, _ = await reception.meant(asked, "status", words)
    facts, entries = await overview(reception.parts, incident.id)
    shown = status.message(facts, entries, reception.parts.templates, reception.parts.scheme)
    await reception.answer(asked, shown)


async def _list(reception: Reception, asked: Asked, _words: str) -> None:
    incidents, total = await find_incident.open_ones(reception.parts, _LISTED, user=asked.user)
    await reception.answer(asked, answers.incident_list(incidents, total))


STATUS = Verb(
    "status",
    VerbHelp("status [INC-42]", "Shows where the incident stands and what happened last, to you alone."),
    _status,
)
LIST = Verb("list", VerbHelp("list", "Lists the open incidents, to you alone."), _list)
