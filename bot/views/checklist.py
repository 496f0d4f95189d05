"""A phase's checklist message: every item with its button, and the clock against the phase's budget."""

from collections.abc import Collection
from datetime import datetime, timedelta

from bot.views import blocks, contain, mrkdwn
from incidents.checklist import ChecklistItem, ChecklistPhase, ItemState, Move
from incidents.incident import Incident
from incidents.ports import Message

MOVE = "checklist.move"
CHANGE = "checklist.change"
ADD = "checklist.add"
DETAILS = "checklist.details"

ITEM_LIMIT = 40
"""Items in one phase: a message holds 50 blocks."""

_LONGEST_COUNT = 120
"""Minutes up to which a budget is spoken of as "minute 2–4"."""

_BUDGET = 12_000
"""Characters in one message, a little under what Slack takes."""


def message(
    incident: Incident,
    phase: ChecklistPhase,
    number_of_phases: int,
    now: datetime,
    *,
    actions: Collection[str] = (),
) -> Message:
    """The message of one phase; an open item linked to one of these actions offers to run it, in place of Done."""
    head = f"{'🧪 DRILL ' if incident.drill else ''}*{phase.position + 1} · {mrkdwn.escape(phase.title)}*"
    room = _BUDGET // max(len(phase.items), 1)
    drawn = [
        blocks.section(f"{head}\n{_clock(incident, phase, now)}"),
        *[_item(item, room, actions, is_open=incident.status.is_open) for item in phase.items],
    ]
    if incident.status.is_open:
        drawn.append(_foot(phase, can_run=any(_is_runnable(item, actions) for item in phase.items)))
    text = f"{incident.key} checklist {phase.position + 1} of {number_of_phases}: {phase.title}, "
    return Message(text + f"{phase.settled} of {len(phase.items)} done", drawn)


def press_value(item: ChecklistItem, move: Move) -> str:
    """What a button carries: the item, what is asked for, and the version that the person saw."""
    return f"{item.id}:{move.value}:{item.version}"


def _clock(incident: Incident, phase: ChecklistPhase, now: datetime) -> str:
    count = f"{phase.settled}/{len(phase.items)}"
    due = phase.due_at(incident.declared_at)
    if due is None:
        return f"{count} · no time limit"
    span = _span(phase)
    done = phase.completed_at
    if done is not None:
        late = f", {mrkdwn.duration(done - due)} over" if done > due else ", in time"
        return f"{count} ✅ complete at {mrkdwn.at(done)}{late} · {span}"
    if not incident.status.is_open:
        return f"{count} · {span}"
    if due <= now:
        return f"{count} · ⏳ *over budget* since {mrkdwn.at(due)} · {span}"
    return f"{count} · {span} · until {mrkdwn.at(due)}, {mrkdwn.duration(due - now)} left at the last change"


def _span(phase: ChecklistPhase) -> str:
    """The budget in words; a long one is a deadline rather than a count of minutes."""
    end = phase.ends_minute or 0
    if end <= _LONGEST_COUNT:
        return f"minute {phase.starts_minute or 0}–{end}"
    return f"within {mrkdwn.duration(timedelta(minutes=end))}"


def _is_runnable(item: ChecklistItem, actions: Collection[str]) -> bool:
    return item.state is ItemState.OPEN and item.action is not None and item.action in actions


def _item(item: ChecklistItem, room: int, actions: Collection[str], *, is_open: bool) -> blocks.Block:
    move = Move.DO if item.state is ItemState.OPEN else Move.UNDO
    name = "Done" if move is Move.DO else "Undo"
    press = blocks.button(name, MOVE, press_value(item, move), label=f"{name}: {item.text}")
    if _is_runnable(item, actions):
        press = blocks.button("Run…", contain.ITEM, str(item.id), label=f"Run: {item.text}")
    return blocks.section(
        _words(item, room),
        block_id=f"item-{item.id}",
        accessory=press if is_open else None,
    )


def _words(item: ChecklistItem, room: int) -> str:
    """The item in so many characters; what it says is cut before who did it."""
    text = mrkdwn.escape(mrkdwn.line(item.text, 250))
    when = f" {mrkdwn.at(item.at)}" if item.at else ""
    if item.state is ItemState.DONE:
        who = f" done by {mrkdwn.user(item.by)}{when}"
        return f"☑ ~{mrkdwn.cut(text, room - len(who) - 4)}~{who}"
    if item.state is ItemState.SKIPPED:
        return _skipped(text, item, f" · {mrkdwn.user(item.by)}{when}", room)
    owner = f" → {mrkdwn.user(item.assignee)}" if item.assignee else ""
    return f"☐ {mrkdwn.cut(text, room - len(owner) - 2)}{owner}"


def _skipped(text: str, item: ChecklistItem, who: str, room: int) -> str:
    reason = mrkdwn.escape(mrkdwn.line(item.reason, 300))
    left = room - len(who) - len("⊘ \n_skipped: _")
    named = mrkdwn.cut(text, max(left - len(reason), left // 2))
    return f"⊘ {named}\n_skipped: {mrkdwn.cut(reason, left - len(named))}_{who}"


def _foot(phase: ChecklistPhase, *, can_run: bool) -> blocks.Block:
    key = str(phase.id)
    controls = [blocks.button("Done, skip or assign…" if can_run else "Skip or assign…", CHANGE, key)]
    if any(item.detail for item in phase.items):
        controls.append(blocks.button("How to…", DETAILS, key))
    if len(phase.items) < ITEM_LIMIT:
        controls.append(blocks.button("Add an item…", ADD, key))
    return blocks.actions(*controls)
