"""`/incident classify`: the form, or the type alone in words; the answer tells what such incidents ask for."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.listeners.reception import Asked, Reception
from bot.listeners.verb import Verb
from bot.services.classify import Classified, classify
from bot.views import classification, classify_modal
from bot.views.help import VerbHelp
from incidents.classification import Classification, classification_of, named_type
from incidents.rights import Right
from incidents.taxonomies import TAXONOMIES
from incidents.threat_tags import atlas_tag, owasp_tag

TAG_LIMIT: Final = 15
"""Tags in one field, so that they fit into its box again."""

_TOLD_AT_ONCE: Final = 3
_READERS: Final[Mapping[str, Callable[[str], str]]] = {"atlas": atlas_tag, "owasp": owasp_tag}


def register(app: AsyncApp, reception: Reception) -> None:
    """Listen for the form."""

    @app.view(classify_modal.CALLBACK)
    async def submitted(ack: AsyncAck, body: dict[str, Any]) -> None:
        wanted, mistakes = _read(body["view"])
        if mistakes:
            await ack(response_action="errors", errors=mistakes)
            return
        await ack()
        async with reception.attend(body) as asked:
            kept = json.loads(body["view"]["private_metadata"])
            incident = await reception.incident(asked, int(kept["incident"]), Right.CLASSIFY)
            shown = Classification.model_validate(kept["shown"])
            done = await classify(
                reception.parts, incident.id, shown, wanted, by=asked.user, delivery=asked.delivery
            )
            await _tell(reception, replace(asked, channel=kept["origin"]), done)


def _read(view: Mapping[str, Any]) -> tuple[Classification, dict[str, str]]:
    """What was chosen, and what is wrong with it, by block."""
    values = view["state"]["values"]
    chosen: dict[str, Any] = {}
    mistakes = {}
    for taxonomy in TAXONOMIES.values():
        held = values[taxonomy.id][taxonomy.id]
        chosen[taxonomy.id] = _several(held) if taxonomy.several else _one(held)
    for name in _READERS:
        chosen[name], mistake = _tags(name, values[name][name].get("value") or "")
        if mistake:
            mistakes[name] = mistake
    return Classification.model_validate(chosen), mistakes


def _one(held: Mapping[str, Any]) -> str | None:
    value = (held.get("selected_option") or {}).get("value")
    return None if value == classify_modal.NOTHING else value


def _several(held: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(option["value"] for option in held.get("selected_options") or ())


def _tags(name: str, words: str) -> tuple[tuple[str, ...], str]:
    """The tags in what was typed, and what is wrong with it, "" for nothing."""
    tags, wrong = [], []
    for word in filter(None, re.split(r"[,;\s]+", words)):
        try:
            tags.append(_READERS[name](word))
        except ValueError as error:
            wrong.append(str(error))
    distinct = tuple(dict.fromkeys(tags))
    if len(distinct) > TAG_LIMIT:
        wrong.append(f"At most {TAG_LIMIT} fit; leave out those that matter least.")
    return distinct, " ".join(wrong[:_TOLD_AT_ONCE])


async def _run(reception: Reception, asked: Asked, words: str) -> None:
    """The verb: sets the type that is named, or opens the form."""
    incident, said = await reception.meant(asked, "classify", words, Right.CLASSIFY)
    if not said:
        await reception.open_modal(asked, classify_modal.form(incident, asked.channel))
        return
    chosen = named_type(re.sub(r"^type:?\s+", "", said, flags=re.IGNORECASE))
    shown = classification_of(incident)
    wanted = shown.model_copy(update={"incident_type": chosen})
    done = await classify(reception.parts, incident.id, shown, wanted, by=asked.user, delivery=asked.delivery)
    await _tell(reception, asked, done)


async def _tell(reception: Reception, asked: Asked, done: Classified | None) -> None:
    if done is not None:
        message = classification.answer(done.incident, done.known, done.changes, reception.parts.scheme)
        await reception.answer(asked, message)


VERB = Verb(
    "classify",
    VerbHelp(
        "classify [INC-42] [type]",
        "What kind it is: type, failure mode, signals, tags. Tells the usual severity and whom to escalate to.",
    ),
    _run,
)
