"""Short answers that only the person who acted sees."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.views import blocks, card, mrkdwn, wording
from incidents.checklist import ChecklistItem, ItemState, Verdict
from incidents.incident import Incident
from incidents.ports import Message

_LISTED_TITLE = 300
"""Characters of markup, so that twenty incidents fit into one message."""


def say(sentence: str) -> Message:
    """One plain sentence; whatever it holds is shown as it is."""
    return Message(sentence, [blocks.section(mrkdwn.escape(sentence))])


def told(markup: str) -> Message:
    """Something to everybody in the channel, in markup of ours."""
    return Message(mrkdwn.plain(markup), [blocks.section(markup)])


def refused(markup: str) -> Message:
    """Why nothing was done, in markup of ours."""
    return Message(mrkdwn.plain(markup), [blocks.section(markup)])


def warning(markup: str) -> Message:
    """Something that people must know."""
    return Message(f"⚠️ {mrkdwn.plain(markup)}", [blocks.section(f"⚠️ {markup}")])


def went_wrong(reference: str) -> Message:
    """Something broke on our side."""
    return say(
        f"Something went wrong on Cordon's side, and your request may not have been carried out. "
        f"Look at the card, then try again. Reference: {reference}"
    )


def press_refused(item: ChecklistItem, verdict: Verdict) -> Message:
    """Why a press changed nothing."""
    name = mrkdwn.escape(mrkdwn.line(item.text, 200))
    who = f"by {mrkdwn.user(item.by)} at {mrkdwn.at(item.at)}" if item.by and item.at else "meanwhile"
    state = {ItemState.DONE: "done", ItemState.SKIPPED: "skipped", ItemState.OPEN: "opened again"}[item.state]
    if verdict is Verdict.ALREADY:
        said = f"“{name}” was {state} already, {who}. Nothing was changed."
    else:
        said = f"“{name}” changed since you saw it: it was {state} {who}. Your press did nothing; the message shows the state now."
    return Message(f"{item.text}: nothing was changed.", [blocks.section(said)])


def done(markup: str) -> Message:
    """It is done."""
    return Message("Done.", [blocks.section(markup)])


def severity_changed(incident: Incident, told: Mapping[str, Any]) -> Message:
    """To everybody in the channel: from what, to what, by whom and why."""
    before, after = str(told["from"]), str(told["to"])
    raised = after < before
    why = f"\n{mrkdwn.escape(mrkdwn.line(str(told['reason']), 800))}" if told["reason"] else ""
    said = f"{wording.mark(after)} Severity {'raised' if raised else 'lowered'}: *{before} → {after}* by {mrkdwn.user(told['by'])}{why}"
    text = f"{incident.key}: severity {'raised' if raised else 'lowered'} from {before} to {after}"
    return Message(text, [blocks.section(said)])


def joined(incident: Incident) -> Message:
    """The way in, after the Join button."""
    return Message(
        f"You are in {incident.key}.", [blocks.section(f"You are in: {wording.channel(incident)}")]
    )


def incident_list(incidents: Sequence[Incident], total: int) -> Message:
    """Open incidents, a line each, newest first."""
    if not incidents:
        return say("No incident is open. Declare one with: /incident declare sev2 What is wrong")
    drawn = [blocks.section(listed(incident)) for incident in incidents]
    head = f"*{total} open*" + (f", the newest {len(incidents)} shown" if total > len(incidents) else "")
    return Message(f"{total} open incidents", [blocks.section(head), *drawn])


def listed(incident: Incident) -> str:
    """An incident in one line of a list."""
    return (
        f"{mrkdwn.cut(mrkdwn.escape(wording.one_line(incident)), _LISTED_TITLE)}\n{wording.status(incident)} · "
        f"Commander {mrkdwn.user(incident.commander)} · declared {mrkdwn.ago(incident.declared_at)} · "
        f"{wording.channel(incident)}"
    )


def which_incident(verb: str, incidents: Sequence[Incident]) -> str:
    """The sentence when a verb does not know which incident is meant."""
    keys = ", ".join(incident.key for incident in incidents[:8])
    example = f"/incident {verb} {incidents[0].key if incidents else 'INC-1'}"
    there = f"Open: {keys}." if keys else "No incident is open."
    return f"Which incident? Use this in an incident's channel, or name one: {example}. {there}"


def overdue(incident: Incident, who: str, minutes: int) -> Message:
    """In the channel, when the update's time has passed."""
    due = f"at {mrkdwn.at(incident.next_update_at)}" if incident.next_update_at else "now"
    said = f"⏰ {who} the status update was due {due}. People outside are waiting."
    if minutes:
        said = f"🔔 {who} nobody has published the status update that was due {due}, {minutes} min ago. Please take it over."
    return Message(f"{incident.key}: the status update is overdue", [blocks.section(said), _write(incident)])


def update_soon(incident: Incident) -> Message:
    """Privately, a little before it is due."""
    due = f"at {mrkdwn.at(incident.next_update_at)}" if incident.next_update_at else "now"
    said = f"⏰ {incident.key}: your next status update is due {due}."
    return Message(f"{incident.key}: a status update is due soon", [blocks.section(said), _write(incident)])


def heads_up(incident: Incident) -> Message:
    """To those who are told of a declaration and not called."""
    line = mrkdwn.escape(wording.one_line(incident))
    said = f"{line}\n{wording.status(incident)} · {wording.channel(incident)}. You are told, not called."
    return Message(wording.one_line(incident), [blocks.section(said)])


def unattended(incident: Incident, who: str, minutes: int) -> Message:
    """In the channel, when nobody has taken command in time."""
    said = f"🔔 {who} nobody has taken command of {incident.key} for {minutes} min. One of you, please do."
    take = blocks.button("Take command", card.TAKE_COMMAND, str(incident.id), style="primary")
    return Message(f"{incident.key} has no commander", [blocks.section(said), blocks.actions(take)])


def _write(incident: Incident) -> blocks.Block:
    return blocks.actions(blocks.button("Write update…", card.UPDATE, str(incident.id), style="primary"))
