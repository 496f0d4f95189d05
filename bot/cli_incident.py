"""`cordon incident …`: what `/incident` does, for when Slack is down. Slack is told when it comes back.

Each verb asks for the same right as in Slack and calls the same use case. Who acts, and how mistakes are told,
stands in `cli_operator.py`; the words printed in `views/plain.py`.
"""

import argparse
from typing import Any

from bot import cli_incident_stages
from bot.cli_operator import Desk, Told, add_verb
from bot.services import find_incident, record
from bot.services.declare import DeclareIncident, declare
from bot.services.declare_later import rights
from bot.services.overview import overview
from bot.services.permit import permit
from bot.services.publish_update import fields_with, last_fields, publish_update
from bot.services.read_timeline import read_page
from bot.views import exports, plain
from bot.views import timeline as pages
from incidents.errors import ConflictError, NotUnderstoodError
from incidents.incident import TITLE_LIMIT
from incidents.rights import Right
from incidents.status_update import FIELD_LIMIT

_LISTED = 50


def add_parser(verbs: Any) -> None:  # noqa: ANN401 - argparse names no public type for it
    """Register the verbs."""
    parser = verbs.add_parser("incident", help="declare and lead incidents while Slack is down")
    inner = parser.add_subparsers(title="verbs", required=True, metavar="VERB")
    _add_declare(inner)
    add_verb(inner, "list", _list, "list the open incidents", changes=False)
    status = add_verb(inner, "status", _status, "show where an incident stands", changes=False)
    shown = add_verb(inner, "timeline", _timeline, "show what happened", changes=False)
    shown.add_argument("--all", action="store_true", help=f"the last {pages.ENTRIES[pages.ALL]} entries")
    note = add_verb(inner, "note", _note, "add a note to the timeline")
    update = add_verb(inner, "update", _update, "publish a status update")
    for one in (status, shown, note, update):
        one.add_argument("incident", help="such as INC-42")
    note.add_argument("words", help="the note")
    update.add_argument("words", help="what is happening")
    cli_incident_stages.add_verbs(inner)


def _add_declare(verbs: Any) -> None:  # noqa: ANN401 - argparse names no public type for it
    parser = add_verb(verbs, "declare", _declare, "declare an incident")
    parser.add_argument("severity", help="such as sev1")
    parser.add_argument("title", help="what is wrong, in a few words")
    parser.add_argument("--summary", default="", help="what is known")
    parser.add_argument("--playbook", default="", metavar="NAME", help="instead of the default one")
    parser.add_argument("--private", action="store_true", help="only its channel's members may know of it")
    parser.add_argument("--drill", action="store_true", help="an exercise, which calls nobody")


async def _declare(desk: Desk, chosen: argparse.Namespace) -> Told:
    parts = desk.parts
    order = DeclareIncident(
        title=_title(chosen.title),
        severity=parts.scheme.find(chosen.severity).key,
        playbook=chosen.playbook or parts.organisation.playbooks.default,
        summary=chosen.summary.strip()[:FIELD_LIMIT],
        reporter=desk.user,
        private=chosen.private,
        drill=chosen.drill,
        calls=not chosen.drill,
    )
    for right in rights(order):
        await permit(parts, right, desk.user)
    incident = await declare(parts, order, delivery=desk.delivery)
    if incident is None:
        raise ConflictError("This was declared already.")
    return await desk.done(incident, "declared this incident")


def _title(words: str) -> str:
    title = " ".join(words.split())
    if not 0 < len(title) <= TITLE_LIMIT:
        raise NotUnderstoodError(f"The title has {len(title)} characters; 1 to {TITLE_LIMIT} fit.")
    return title


async def _list(desk: Desk, _chosen: argparse.Namespace) -> Told:
    incidents, total = await find_incident.open_ones(desk.parts, _LISTED, user=desk.user)
    names = await desk.parts.workspace.names([one.commander for one in incidents if one.commander])
    data = {"total": total, "incidents": [one.model_dump(mode="json") for one in incidents]}
    return Told(plain.listed(incidents, total, names), data)


async def _status(desk: Desk, chosen: argparse.Namespace) -> Told:
    incident = await desk.incident(chosen.incident)
    facts, entries = await overview(desk.parts, incident.id)
    people = [*plain.people_of(facts.incident), *exports.people(entries)]
    names = await desk.parts.workspace.names(people)
    data = {
        "incident": facts.incident.model_dump(mode="json"),
        "entries": [entry.model_dump(mode="json") for entry in entries],
    }
    return Told(plain.status(facts, entries, names, desk.parts.scheme), data)


async def _timeline(desk: Desk, chosen: argparse.Namespace) -> Told:
    incident = await desk.incident(chosen.incident)
    page = await read_page(desk.parts, incident.id, mode=pages.ALL if chosen.all else pages.LATEST)
    names = await desk.parts.workspace.names(exports.people(page.entries))
    data = {"newest": page.newest, "entries": [entry.model_dump(mode="json") for entry in page.entries]}
    return Told(plain.told(page.incident, page.entries, page.corrections, names, page.newest), data)


async def _note(desk: Desk, chosen: argparse.Namespace) -> Told:
    incident = await desk.incident(chosen.incident, Right.NOTE)
    entry = await record.note(desk.parts, incident.id, chosen.words, by=desk.user, delivery=desk.delivery)
    return await desk.done(incident, f"noted as #{entry.seq}: {entry.text}")


async def _update(desk: Desk, chosen: argparse.Namespace) -> Told:
    incident = await desk.incident(chosen.incident, Right.PUBLISH_UPDATE)
    fields = fields_with(await last_fields(desk.parts, incident), chosen.words.strip())
    told = await publish_update(desk.parts, incident.id, fields, by=desk.user, delivery=desk.delivery)
    return await desk.done(told, "published a status update")
