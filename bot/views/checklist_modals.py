"""The modals of a checklist: skip or assign an item, add one, read how an item is done."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from bot.views import blocks, mrkdwn
from incidents.checklist import ITEM_TEXT_LIMIT, REASON_LIMIT, ChecklistItem, ChecklistPhase, ItemState

CHANGE = "checklist.change"
ADD = "checklist.add"
DETAILS = "checklist.details"

ITEM, WHAT, REASON, PERSON, TEXT = "item", "what", "reason", "person", "text"
DONE, SKIP, ASSIGN = "done", "skip", "assign"

_SIZE = 200_000
"""Characters of JSON in one modal, well under Slack's 250 kB."""
_SHORTER = (blocks.SECTION_LIMIT, 600, 200)
"""Characters of each detail, tried in this order."""


def change(phase: ChecklistPhase) -> Mapping[str, Any]:
    """Skip an open item with a reason, or give it to somebody."""
    still_open = [item for item in phase.items if item.state is ItemState.OPEN]
    if not still_open:
        done = "Every item of this phase is done or skipped. Use Undo beside an item to open it again."
        return blocks.modal("Skip or assign", [blocks.section(done)], callback_id=DETAILS)
    choices = [(item.text, f"{item.id}:{item.version}") for item in still_open]
    what = {
        "type": "radio_buttons",
        "action_id": WHAT,
        "options": blocks.options(
            [
                ("Skip it, for this reason", SKIP),
                ("Give it to this person", ASSIGN),
                ("It is done, by hand", DONE),
            ]
        ),
    }
    person = {
        "type": "users_select",
        "action_id": PERSON,
        "placeholder": blocks.plain("Choose a person", 150),
    }
    inputs = [
        blocks.field("Item", blocks.select(ITEM, choices, placeholder="Which item"), block_id=ITEM),
        blocks.field("What to do", what, block_id=WHAT),
        blocks.field(
            "Reason",
            blocks.text_box(REASON, limit=REASON_LIMIT),
            block_id=REASON,
            optional=True,
            hint="Needed to skip: it stands in the record.",
        ),
        blocks.field("Person", person, block_id=PERSON, optional=True, hint="Needed to assign."),
    ]
    return blocks.modal("Skip or assign", inputs, callback_id=CHANGE, submit="Save", metadata=str(phase.id))


def add(phase: ChecklistPhase) -> Mapping[str, Any]:
    """Add an item at the end of a phase."""
    box = blocks.text_box(TEXT, limit=ITEM_TEXT_LIMIT, placeholder="What has to be done")
    head = blocks.section(f"To *{mrkdwn.escape(phase.title)}*")
    inputs = [head, blocks.field("Item", box, block_id=TEXT)]
    return blocks.modal("Add an item", inputs, callback_id=ADD, submit="Add", metadata=str(phase.id))


def details(phase: ChecklistPhase) -> Mapping[str, Any]:
    """How each item is done, with the playbook's commands and queries."""
    described = [item for item in phase.items if item.detail]
    return blocks.modal(phase.title, _described(described), callback_id=DETAILS)


def _described(items: Sequence[ChecklistItem]) -> list[blocks.Block]:
    """Every item with its detail, shortened where all of them together would be more than a modal holds."""
    drawn: list[blocks.Block] = []
    for limit in _SHORTER:
        drawn = [blocks.section(_detail(item, limit)) for item in items]
        if len(json.dumps(drawn)) <= _SIZE:
            break
    return drawn


def _detail(item: ChecklistItem, limit: int) -> str:
    """The detail as code, its end cut rather than the marks that close it."""
    head = f"*{mrkdwn.escape(item.text)}*\n```"
    detail = mrkdwn.escape(item.detail.replace("```", "ʼʼʼ"))
    return f"{head}{mrkdwn.cut(detail, min(limit, blocks.SECTION_LIMIT - len(head) - 3))}```"
