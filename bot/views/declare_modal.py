"""The modal that declares an incident, and the answers to a declaration."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from bot.views import blocks, mrkdwn, wording
from incidents.incident import TITLE_LIMIT, Incident
from incidents.ports import Message
from incidents.severity import SeverityScheme
from incidents.status_update import FIELD_LIMIT

CALLBACK = "declare"
RETRY = "declare.retry"
CHOOSE = "declare.choose"
OPEN = "declare.open"

TITLE, SEVERITY, PLAYBOOK, SUMMARY = "title", "severity", "playbook", "summary"

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
    ]
    return blocks.modal("Declare an incident", drawn, callback_id=CALLBACK, submit="Declare", metadata=origin)


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
