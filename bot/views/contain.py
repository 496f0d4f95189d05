"""The actions that an incident may use, in a list with their buttons, and the form of what an action asks."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.views import blocks, mrkdwn
from incidents.action_answers import AnswerKind, Ask
from incidents.actions import Action
from incidents.approval import REASON_LIMIT
from incidents.containment import Risk
from incidents.incident import Incident
from incidents.ports import Message
from incidents.runs import Run

PLAN: Final = "contain.plan"
ITEM: Final = "contain.item"
FORM: Final = "contain.form"
GLASS: Final = "contain.glass"
REASON: Final = "reason"
_LISTED: Final = 40
_BUDGET: Final = 11_000
"""Characters in one message, a little under what Slack takes."""


@dataclass(frozen=True)
class Offered:
    """An action of the list."""

    name: str
    action: Action
    risk: Risk
    in_playbook: bool


def listed(incident: Incident, offered: Sequence[Offered]) -> Message:
    """The actions with a button each, to the reader alone."""
    head = f"*What can contain {incident.key}.* Run shows the plan first; nothing is changed before somebody confirms it."
    room = _BUDGET // max(min(len(offered), _LISTED), 1)
    drawn = [blocks.section(head), *(_row(incident, one, room) for one in offered[:_LISTED])]
    if len(offered) > _LISTED:
        drawn.append(blocks.context(f"{len(offered) - _LISTED} more: /incident contain and the name"))
    return Message(f"{len(offered)} actions for {incident.key}", drawn)


def nothing(incident: Incident) -> str:
    """The answer where no action is set up for such an incident."""
    return f"No action is set up for {incident.key}. An operator adds some under actions: in cordon.yaml."


def form(
    incident_id: int, name: str, action: Action, asks: Mapping[str, Ask], *, item_id: int | None
) -> Mapping[str, Any]:
    """The fields that an action asks for."""
    said = f"*{mrkdwn.escape(action.title)}*\nNothing is changed yet: the plan is shown first."
    fields = [
        blocks.field(
            ask.label,
            blocks.text_box(field, multiline=ask.kind is AnswerKind.IDS),
            block_id=field,
            hint=ask.hint or _HINTS[ask.kind],
        )
        for field, ask in asks.items()
    ]
    kept = json.dumps({"incident": incident_id, "action": name, "item": item_id})
    return blocks.modal(
        "Plan an action", [blocks.section(said), *fields], callback_id=FORM, submit="Show plan", metadata=kept
    )


def glass(incident: Incident, run: Run) -> Mapping[str, Any]:
    """The form for going on without approval."""
    said = f"*{mrkdwn.escape(run.title)}* runs at once, without approval. Everybody is told, and on-call is paged."
    box = blocks.text_box(REASON, multiline=True, limit=REASON_LIMIT, placeholder="Why it can't wait")
    return blocks.modal(
        "Run without approval",
        [blocks.section(said), blocks.field("Reason", box, block_id=REASON, hint="It stands in the record.")],
        callback_id=GLASS,
        submit="Run now",
        metadata=f"{incident.id}:{run.id}",
    )


_HINTS: Final = {
    AnswerKind.IDS: "A list can be pasted: one a line, or with commas",
    AnswerKind.NUMBER: "A whole number",
    AnswerKind.TEXT: "",
}


def _row(incident: Incident, offered: Offered, room: int) -> blocks.Block:
    action = offered.action
    about = mrkdwn.escape(mrkdwn.line(action.description or action.target or "", 200))
    mark = "📋 " if offered.in_playbook else ""
    text = f"{mark}*{mrkdwn.escape(action.title)}* · risk: {offered.risk.value} · `{offered.name}`"
    button = blocks.button("Run…", PLAN, f"{incident.id}:{offered.name}", label=f"Plan: {action.title}")
    return blocks.section(
        mrkdwn.cut(f"{text}\n{about}" if about else text, room),
        block_id=f"action-{offered.name}",
        accessory=button,
    )
