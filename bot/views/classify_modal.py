"""The form that says what kind of incident it is. Everything in it may be left open, or be taken away again."""

import json
from collections.abc import Mapping
from typing import Any, Final

from bot.views import blocks, mrkdwn, wording
from incidents.classification import Classification, classification_of
from incidents.incident import Incident
from incidents.taxonomies import TAXONOMIES, Kind, Taxonomy

CALLBACK: Final = "classify"
NOTHING: Final = "-"
"""The choice that takes away what was chosen: Slack's menus have no other way."""

_TAG_BOX: Final = 400
_TAGS: Final = {
    "atlas": ("MITRE ATLAS techniques", "Such as AML.T0051 or AML.T0051.001, parted by commas"),
    "owasp": ("OWASP LLM Top 10", "LLM01 to LLM10, or with the edition, like LLM05:2025, parted by commas"),
}


def form(incident: Incident, origin: str) -> Mapping[str, Any]:
    """The form, filled with what is known; `origin` is the channel in which it is answered."""
    known = classification_of(incident)
    drawn = [
        blocks.context(mrkdwn.escape(wording.one_line(incident))),
        *(_choice(taxonomy, known) for taxonomy in TAXONOMIES.values()),
        *(_tags(name, known) for name in _TAGS),
    ]
    shown = known.model_dump(mode="json", exclude_defaults=True)
    kept = json.dumps({"incident": incident.id, "origin": origin, "shown": shown})
    return blocks.modal("Classify", drawn, callback_id=CALLBACK, submit="Classify", metadata=kept)


def _choice(taxonomy: Taxonomy, known: Classification) -> blocks.Block:
    chosen = known.chosen(taxonomy.id)
    element = _boxes(taxonomy, chosen) if taxonomy.several else _menu(taxonomy, chosen)
    return blocks.field(taxonomy.title, element, block_id=taxonomy.id, optional=True)


def _menu(taxonomy: Taxonomy, chosen: tuple[str, ...]) -> blocks.Block:
    choices = [_option(kind) for kind in taxonomy.kinds]
    if chosen:
        choices.insert(0, ("Not known", NOTHING))
    return blocks.select(taxonomy.id, choices, initial=chosen[0] if chosen else None, placeholder="Not known")


def _boxes(taxonomy: Taxonomy, chosen: tuple[str, ...]) -> blocks.Block:
    options = blocks.options([_option(kind) for kind in taxonomy.kinds])
    ticked = [option for option in options if option["value"] in chosen]
    element: blocks.Block = {"type": "checkboxes", "action_id": taxonomy.id, "options": options}
    return {**element, "initial_options": ticked} if ticked else element


def _option(kind: Kind) -> blocks.Option:
    return (f"{kind.name}: {kind.description}" if kind.description else kind.name, kind.id)


def _tags(name: str, known: Classification) -> blocks.Block:
    label, hint = _TAGS[name]
    box = blocks.text_box(name, initial=", ".join(known.chosen(name)), limit=_TAG_BOX)
    return blocks.field(label, box, block_id=name, optional=True, hint=hint)
