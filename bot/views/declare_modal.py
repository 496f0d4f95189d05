"""The modal that declares an incident, and the answers to a declaration."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from bot.views import blocks, card, mrkdwn, wording
from incidents.incident import TITLE_LIMIT, Incident
from incidents.ports import Message
from incidents.severity import SeverityScheme
from incidents.status_update import FIELD_LIMIT
from incidents.taxonomies import TAXONOMIES

CALLBACK = "declare"
RETRY = "declare.retry"
CHOOSE = "declare.choose"
OPEN = "declare.open"

DUPLICATE = "declare.duplicate"
ANYWAY = "declare.anyway"

TITLE, SEVERITY, PLAYBOOK, SUMMARY = "title", "severity", "playbook", "summary"
TYPE, OPTIONS, SOURCE = "type", "options", "source"
PRIVATE, DRILL, PAGE = "private", "drill", "page"
FLAGS = (PRIVATE, DRILL, PAGE)
_METADATA_LIMIT = 3000

_VALUE_LIMIT = 2000


def modal(
    scheme: SeverityScheme,
    playbooks: Sequence[tuple[str, str]],
    *,
    default_playbook: str,
    draft: Mapping[str, str],
    origin: str,
) -> Mapping[str, Any]:
    """The form.

    Args:
        scheme: the severities to choose from.
        playbooks: (name, title) of each.
        default_playbook: chosen unless the draft names another.
        draft: what is known already: title, severity, playbook, summary.
        origin: the channel that the person came from, or "".
    """
    levels = [(f"{wording.mark(level.key)} {level.key} · {level.name}", level.key) for level in scheme.levels]
    meaning = "\n".join(
        f"*{level.key}* {mrkdwn.escape(level.name)}: {mrkdwn.escape(level.definition)}"
        for level in scheme.levels
    )
    listed = [(title, name) for name, title in playbooks]
    drawn = [
        blocks.field(
            "What is wrong?",
            blocks.text_box(
                TITLE,
                initial=draft.get(TITLE, ""),
                limit=TITLE_LIMIT,
                placeholder="Agent leaks customer data",
            ),
            block_id=TITLE,
        ),
        blocks.field(
            "Severity", blocks.select(SEVERITY, levels, initial=draft.get(SEVERITY)), block_id=SEVERITY
        ),
        blocks.context(meaning),
        blocks.field(
            "Type",
            blocks.select(TYPE, _types(), initial=draft.get(TYPE), placeholder="Not known yet"),
            block_id=TYPE,
            optional=True,
        ),
        blocks.field(
            "Playbook",
            blocks.select(PLAYBOOK, listed, initial=draft.get(PLAYBOOK) or default_playbook),
            block_id=PLAYBOOK,
        ),
        blocks.field(
            "What is known so far?",
            blocks.text_box(SUMMARY, initial=draft.get(SUMMARY, ""), multiline=True, limit=FIELD_LIMIT),
            block_id=SUMMARY,
            optional=True,
        ),
        blocks.field("Options", _options(draft), block_id=OPTIONS, optional=True),
    ]
    metadata = json.dumps({"origin": origin, "source": draft.get(SOURCE, "")})
    return blocks.modal(
        "Declare an incident", drawn, callback_id=CALLBACK, submit="Declare", metadata=metadata
    )


def _types() -> list[blocks.Option]:
    return [(kind.name, kind.id) for kind in TAXONOMIES["incident_type"].kinds]


def _options(draft: Mapping[str, str]) -> blocks.Block:
    choices = [
        ("Private: only members of its channel may know of it", PRIVATE),
        ("Drill: an exercise, marked everywhere, nobody is called", DRILL),
        ("Drill that calls and pages people all the same", PAGE),
    ]
    return blocks.checkboxes(OPTIONS, choices, chosen=[flag for flag in FLAGS if draft.get(flag)])


def duplicate(incident: Incident, draft: Mapping[str, str]) -> Message:
    """To who typed a declaration that looks like an incident still open; the words come back with the press."""
    value = json.dumps({**draft, "anyway": "1"}, ensure_ascii=False)
    controls = [blocks.button(f"Join {incident.key}", card.JOIN, str(incident.id), style="primary")]
    if len(value) <= _VALUE_LIMIT:
        controls.append(blocks.button("Declare anyway", ANYWAY, value))
    text = f"{incident.key} looks like the same incident. Nothing was declared yet."
    return Message(text, [blocks.section(_looks_like(incident)), blocks.actions(*controls)])


def duplicate_form(incident: Incident, draft: Mapping[str, str], origin: str) -> Mapping[str, Any] | None:
    """The same over the form that was sent, which stays behind it; None where the words don't fit into it."""
    metadata = json.dumps({"draft": dict(draft), "origin": origin}, ensure_ascii=False)
    if len(metadata) > _METADATA_LIMIT:
        return None
    join = blocks.button(f"Join {incident.key}", card.JOIN, str(incident.id), style="primary")
    drawn = [blocks.section(_looks_like(incident)), blocks.actions(join)]
    return blocks.modal(
        "The same incident?", drawn, callback_id=DUPLICATE, submit="Declare anyway", metadata=metadata
    )


def _looks_like(incident: Incident) -> str:
    return (
        f"This looks like an incident that is open already:\n*{mrkdwn.escape(wording.one_line(incident))}*\n"
        f"{wording.status(incident)} · declared {mrkdwn.ago(incident.declared_at)} by {mrkdwn.user(incident.reporter)}"
        "\nNothing was declared yet."
    )


def declared(incident: Incident) -> Message:
    """At once, to who declared it."""
    text = f"{wording.one_line(incident)} is declared. Opening its channel now; you will be invited."
    return Message(
        text,
        [
            blocks.section(
                f"*{mrkdwn.escape(wording.one_line(incident))}* is declared.\nOpening its channel now; you will be invited."
            )
        ],
    )


def opened(incident: Incident) -> Message:
    """As soon as the channel can be entered."""
    text = f"{incident.key}: the channel is open."
    return Message(text, [blocks.section(f"{incident.key}: go to {wording.channel(incident)}")])


def not_understood(sentence: str, draft: Mapping[str, str], suggestion: str | None) -> Message:
    """What was wrong, with nothing lost: buttons carry on with the text that was typed."""
    value = json.dumps(dict(draft), ensure_ascii=False)
    controls = []
    if len(value) <= _VALUE_LIMIT:
        if suggestion and draft.get(TITLE):
            again = json.dumps({**draft, SEVERITY: suggestion}, ensure_ascii=False)
            controls.append(blocks.button(f"Declare as {suggestion}", RETRY, again, style="primary"))
        controls.append(blocks.button("Choose…", CHOOSE, value))
    kept = (
        f"\nYour text is kept: “{mrkdwn.escape(mrkdwn.line(draft[TITLE], 300))}”" if draft.get(TITLE) else ""
    )
    said = blocks.section(f"{mrkdwn.escape(sentence)}{kept}")
    return Message(sentence, [said, blocks.actions(*controls)] if controls else [said])
