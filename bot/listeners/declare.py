"""Declaring: the verb, the modal, the shortcuts, and the buttons that carry on after a mistake."""

import json
from collections.abc import Mapping
from typing import Any, Final

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.listeners import declare_words
from bot.listeners.reception import Asked, Reception
from bot.listeners.verb import Verb
from bot.services import declare_later, duplicates
from bot.services.declare import DeclareIncident, declare
from bot.services.permit import is_known, permit
from bot.views import declare_modal
from bot.views.declare_modal import (
    DRILL,
    OPTIONS,
    PAGE,
    PLAYBOOK,
    PRIVATE,
    SEVERITY,
    SOURCE,
    SUMMARY,
    TITLE,
    TYPE,
)
from bot.views.help import VerbHelp
from bot.views.mrkdwn import line, unescape
from incidents.errors import NotFoundError, NotUnderstoodError
from incidents.incident import TITLE_LIMIT, Incident
from incidents.status_update import FIELD_LIMIT

GLOBAL_SHORTCUT: Final = "declare_incident"
MESSAGE_SHORTCUT: Final = "declare_from_message"

Draft = dict[str, str]


def register(app: AsyncApp, reception: Reception) -> None:
    """Listen for every way in but the slash command."""
    _register_forms(app, reception)
    _register_buttons(app, reception)
    _register_shortcuts(app, reception)


def _register_forms(app: AsyncApp, reception: Reception) -> None:
    @app.view(declare_modal.CALLBACK)
    async def submitted(ack: AsyncAck, body: dict[str, Any]) -> None:
        draft, mistakes = _from_view(reception, body["view"])
        if mistakes:
            await ack(response_action="errors", errors=mistakes)
            return
        origin = json.loads(body["view"].get("private_metadata") or "{}").get("origin", "")
        if same := await _same(reception, body["user"]["id"], draft):
            asks = declare_modal.duplicate_form(same, draft, origin)
            if asks:
                await ack(response_action="push", view=dict(asks))
                return
        await ack()
        async with reception.attend(body) as asked:
            await _declare(reception, asked, draft, origin)

    @app.view(declare_modal.DUPLICATE)
    async def another(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack(response_action="clear")
        async with reception.attend(body) as asked:
            kept = json.loads(body["view"]["private_metadata"])
            await _declare(reception, asked, dict(kept["draft"]), kept["origin"])


def _register_buttons(app: AsyncApp, reception: Reception) -> None:
    @app.action(declare_modal.RETRY)
    async def retry(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        async with reception.attend(body) as asked:
            await _declare_unless_same(reception, asked, _draft(body))

    @app.action(declare_modal.ANYWAY)
    async def anyway(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        async with reception.attend(body) as asked:
            await _declare(reception, asked, _draft(body), asked.channel)

    @app.action(declare_modal.CHOOSE)
    async def choose(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        async with reception.attend(body) as asked:
            await _open(reception, asked, _draft(body))


def _register_shortcuts(app: AsyncApp, reception: Reception) -> None:
    @app.action(declare_modal.OPEN)
    @app.shortcut(GLOBAL_SHORTCUT)
    async def start(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        async with reception.attend(body) as asked:
            await _open(reception, asked, {})

    @app.shortcut(MESSAGE_SHORTCUT)
    async def from_message(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        async with reception.attend(body) as asked:
            await _open(reception, asked, _from_message(reception, body))


async def _run(reception: Reception, asked: Asked, words: str) -> None:
    """The verb: declares at once when severity and title are there, else asks for what is missing."""
    parts = reception.parts
    draft: Draft = {TITLE: words}
    try:
        read = declare_words.read(words, parts.scheme)
        draft = {
            TITLE: read.title,
            SEVERITY: read.severity or "",
            PLAYBOOK: read.playbook or "",
            **dict.fromkeys(read.flags, "1"),
        }
        _check(reception, read)
    except (NotUnderstoodError, NotFoundError) as error:
        near = parts.scheme.levels[min(1, len(parts.scheme.levels) - 1)].key
        suggestion = (
            near
            if not draft.get(SEVERITY) and len(draft[TITLE]) <= TITLE_LIMIT and not draft.get(PLAYBOOK)
            else None
        )
        await reception.answer(asked, declare_modal.not_understood(str(error), draft, suggestion))
        return
    if draft[TITLE] and draft[SEVERITY]:
        await _declare_unless_same(reception, asked, draft)
    else:
        await _open(reception, asked, draft)


def _check(reception: Reception, read: declare_words.Words) -> None:
    """Everything that can be wrong with the words.

    Raises:
        NotUnderstoodError: the severity, the title or a flag.
        NotFoundError: the playbook.
    """
    if read.unclear_severity:
        reception.parts.scheme.find(read.unclear_severity)
    declare_words.check_title(read.title)
    if read.playbook:
        reception.parts.playbooks.get(read.playbook)
    if PAGE in read.flags and DRILL not in read.flags:
        raise NotUnderstoodError(
            "--page is for drills, which call nobody otherwise: --drill --page. Real incidents page by their severity."
        )


async def _same(reception: Reception, user: str, draft: Draft) -> Incident | None:
    """An open incident that this looks like; guests, and who is not known yet, hear of none."""
    account = reception.parts.workspace.account_at_hand(user)
    if account is None or account.is_guest:
        return None
    return await duplicates.find(
        reception.parts, draft[TITLE], draft.get(SOURCE) or None, drill=bool(draft.get(DRILL))
    )


async def _declare_unless_same(reception: Reception, asked: Asked, draft: Draft) -> None:
    same = await _same(reception, asked.user, draft)
    if same:
        await reception.answer(asked, declare_modal.duplicate(same, draft))
    else:
        await _declare(reception, asked, draft, asked.channel)


async def _declare(reception: Reception, asked: Asked, draft: Draft, origin: str) -> None:
    parts = reception.parts
    order = DeclareIncident(
        title=draft[TITLE],
        severity=parts.scheme.find(draft[SEVERITY]).key,
        playbook=draft.get(PLAYBOOK) or parts.organisation.playbooks.default,
        summary=draft.get(SUMMARY, ""),
        reporter=asked.user,
        origin=origin or None,
        incident_type=draft.get(TYPE) or None,
        private=bool(draft.get(PRIVATE)),
        drill=bool(draft.get(DRILL)),
        calls=bool(draft.get(PAGE)) or not draft.get(DRILL),
        source=draft.get(SOURCE) or None,
    )
    rights = declare_later.rights(order)
    if not all(is_known(parts, right, asked.user) for right in rights):
        await declare_later.enqueue(parts, order, delivery=asked.delivery)
        return
    for right in rights:
        await permit(parts, right, asked.user)
    incident = await declare(parts, order, delivery=asked.delivery)
    if incident:
        await reception.answer(asked, declare_modal.declared(incident))


async def _open(reception: Reception, asked: Asked, draft: Draft) -> None:
    parts = reception.parts
    playbooks = [(playbook.name, playbook.title) for playbook in parts.playbooks]
    view = declare_modal.modal(
        parts.scheme,
        playbooks,
        default_playbook=parts.organisation.playbooks.default,
        draft=draft,
        origin=asked.channel,
    )
    await reception.open_modal(asked, view)


def _draft(body: Mapping[str, Any]) -> Draft:
    return dict(json.loads(body["actions"][0]["value"]))


def _from_view(reception: Reception, view: Mapping[str, Any]) -> tuple[Draft, dict[str, str]]:
    """What was filled in, and what is wrong with it, by block."""
    values = view["state"]["values"]
    draft = {
        TITLE: " ".join((values[TITLE][TITLE].get("value") or "").split()),
        SEVERITY: values[SEVERITY][SEVERITY]["selected_option"]["value"],
        PLAYBOOK: values[PLAYBOOK][PLAYBOOK]["selected_option"]["value"],
        SUMMARY: values[SUMMARY][SUMMARY].get("value") or "",
        TYPE: (values[TYPE][TYPE].get("selected_option") or {}).get("value") or "",
        SOURCE: json.loads(view.get("private_metadata") or "{}").get("source", ""),
        **{option["value"]: "1" for option in values[OPTIONS][OPTIONS].get("selected_options") or []},
    }
    mistakes = {}
    if not draft[TITLE]:
        mistakes[TITLE] = "Say in a few words what is wrong, such as: Agent leaks customer data"
    if reception.parts.scheme.get(draft[SEVERITY]) is None:
        mistakes[SEVERITY] = f"There is {reception.parts.scheme.spoken}."
    if draft[PLAYBOOK] not in reception.parts.playbooks.names:
        mistakes[PLAYBOOK] = "This playbook is gone. Choose another."
    if draft.get(PAGE) and not draft.get(DRILL):
        mistakes[OPTIONS] = "That box is for drills. Real incidents page by their severity."
    return draft, mistakes


def _from_message(reception: Reception, body: Mapping[str, Any]) -> Draft:
    """The message's text as the summary, with a link back."""
    message, channel = body.get("message", {}), body.get("channel", {}).get("id", "")
    text = unescape(str(message.get("text", "")))
    link = reception.parts.workspace.permalink(channel, str(message.get("ts", ""))) or ""
    summary = f"{text[: FIELD_LIMIT - len(link) - 1]}\n{link}".strip()
    return {TITLE: line(text, TITLE_LIMIT), SUMMARY: summary, SOURCE: link}


VERB = Verb(
    "declare",
    VerbHelp(
        "declare [sev0–sev4] [what is wrong] [--playbook NAME] [--private] [--drill]",
        "Declares an incident: opens its channel with checklists and tells #safety-incidents. "
        "Without severity or title a form opens.",
    ),
    _run,
)
