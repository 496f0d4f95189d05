"""The live card: what, how bad, who leads, since when. Pinned in the channel and shown in the common one."""

from collections.abc import Sequence
from datetime import datetime

from bot.views import blocks, classification, mrkdwn, page, roles, wording
from bot.views.templates import Templates
from incidents.checklist import ChecklistPhase
from incidents.incident import Incident
from incidents.lifecycle import GateFacts, Stage
from incidents.ports import Message
from incidents.severity import SeverityScheme
from incidents.status_update import StatusUpdate, UpdateFields

JOIN = "card.join"
TAKE_COMMAND = "card.take_command"
UPDATE = "card.update"
RESOLVE = "card.resolve"
REOPEN = "card.reopen"
VERIFY = "card.verify"
RECOVER = "card.recover"
CLOSE = "card.close"
MORE = "card.more"

ROLES, ASSESS, BACK, CANCEL, MERGE = "roles", "assess", "back", "cancel", "merge"
"""What can be chosen behind the three dots."""

_PROBLEMS_SHOWN = 5
_TOPIC_LIMIT = 250


class CardFacts:
    """What a card is drawn from."""

    def __init__(
        self,
        incident: Incident,
        phases: Sequence[ChecklistPhase],
        last_update: StatusUpdate | None,
        now: datetime,
    ) -> None:
        self.incident = incident
        self.phases = phases
        self.last_update = last_update
        self.now = now


def announcement(facts: CardFacts, templates: Templates, scheme: SeverityScheme) -> Message:
    """The card in the common channel, with a Join button."""
    incident = facts.incident
    controls = [blocks.button("Join", JOIN, str(incident.id), style="primary", label=f"Join {incident.key}")]
    if incident.status.is_open:
        controls.append(blocks.button("Update…", UPDATE, str(incident.id)))
    drawn = [*head(facts, templates, scheme), blocks.actions(*controls)]
    return Message(wording.one_line(incident) + f" · {wording.status(incident)}", drawn)


def pinned(facts: CardFacts, templates: Templates, scheme: SeverityScheme) -> Message:
    """The card in the incident's own channel, with the commander's controls."""
    drawn = [*head(facts, templates, scheme), *_actions(_controls(facts.incident))]
    return Message(wording.one_line(facts.incident) + f" · {wording.status(facts.incident)}", drawn)


def topic(incident: Incident) -> str:
    """The channel's topic: within Slack's 250 characters, the end of a long title is cut."""
    head = f"{'🧪 DRILL · ' if incident.drill else ''}{incident.severity} · {wording.status(incident)} · {incident.key} · "
    tail = f" · Commander {mrkdwn.user(incident.commander)}"
    title = mrkdwn.escape(mrkdwn.line(incident.title, 120))
    return head + mrkdwn.cut(title, _TOPIC_LIMIT - len(head) - len(tail)) + tail


def _controls(incident: Incident) -> list[blocks.Block]:
    key = str(incident.id)
    if incident.status is Stage.MERGED:
        return []
    if not incident.status.is_open:
        reopen = blocks.button("Reopen", REOPEN, key, label=f"Reopen {incident.key}")
        close = blocks.button("Close…", CLOSE, key, style="primary", label=f"Close {incident.key}")
        return [close, reopen] if incident.status is Stage.RESOLVED else [reopen]
    update = blocks.button("Update…", UPDATE, key, style="primary" if incident.commander else None)
    rest = [
        update,
        *_next_stage(incident, key),
        blocks.button("Resolve…", RESOLVE, key),
        _more(incident, key),
    ]
    if incident.commander:
        return rest
    return [blocks.button("Take command", TAKE_COMMAND, key, style="primary"), *rest]


def _next_stage(incident: Incident, key: str) -> list[blocks.Block]:
    if incident.status in {Stage.DECLARED, Stage.INVESTIGATING}:
        return [blocks.button("Verify containment…", VERIFY, key)]
    return [blocks.button("Start recovery", RECOVER, key)] if incident.status is Stage.CONTAINED else []


def _more(incident: Incident, key: str) -> blocks.Block:
    choices = [("Roles…", ROLES), ("Assess the severity…", ASSESS)]
    if incident.status in {Stage.CONTAINED, Stage.RECOVERING}:
        choices.append(("Back to investigating", BACK))
    choices += [("Cancel as a false positive…", CANCEL), ("Merge as a duplicate…", MERGE)]
    return blocks.overflow(MORE, [(words, f"{choice}:{key}") for words, choice in choices])


def _actions(controls: Sequence[blocks.Block]) -> list[blocks.Block]:
    return [blocks.actions(*controls)] if controls else []


def head(facts: CardFacts, templates: Templates, scheme: SeverityScheme) -> list[blocks.Block]:
    """What every card shows, without its controls."""
    incident = facts.incident
    values = wording.values(incident, scheme, UpdateFields(), author=incident.reporter, now=facts.now)
    above = wording.marks(incident)
    drawn = [*([blocks.context(above)] if above else []), blocks.section(templates.render("card", values))]
    if what := classification.line(incident):
        drawn.append(blocks.context(what))
    if summary := mrkdwn.line(incident.summary, 300):
        drawn.append(blocks.context(mrkdwn.escape(summary)))
    if facts.last_update and (state := mrkdwn.line(facts.last_update.fields.state, 300)):
        drawn.append(blocks.context(f"📣 {mrkdwn.at(facts.last_update.at)} {mrkdwn.escape(state)}"))
    if crew := roles.on_card(incident):
        drawn.append(blocks.context(crew))
    if progress := _progress(facts):
        drawn.append(blocks.context(progress))
    if flags := _flags(incident):
        drawn.append(blocks.context(flags))
    drawn += page.standing(incident)
    troubles = list(incident.problems.values())[:_PROBLEMS_SHOWN]
    if troubles:
        drawn.append(blocks.section("\n".join(f"⚠️ {text}" for text in troubles)))
    return drawn


def _flags(incident: Incident) -> str:
    """What stands out: waivers, and where a duplicate went."""
    waived = GateFacts.model_validate(incident.gates).waived
    flags = [f"🚩 {mrkdwn.escape(one)}" for one in waived]
    if incident.merged_into:
        flags.append(f"🔗 Merged into INC-{incident.merged_into}")
    return "\n".join(flags)


def _progress(facts: CardFacts) -> str:
    """Each phase's count and clock, then the next update's time."""
    parts = [_phase(phase, facts) for phase in facts.phases]
    due = facts.incident.next_update_at
    if due and facts.incident.status.is_open:
        parts.append(
            f"⏰ update overdue since {mrkdwn.at(due)}"
            if due <= facts.now
            else f"next update {mrkdwn.at(due)}"
        )
    return mrkdwn.cut(" · ".join(parts), 1900)


def _phase(phase: ChecklistPhase, facts: CardFacts) -> str:
    text = f"{mrkdwn.escape(mrkdwn.line(phase.title, 40))} {phase.settled}/{len(phase.items)}"
    if phase.is_complete:
        return f"{text} ✔"
    due = phase.due_at(facts.incident.declared_at)
    if due is None or due > facts.now or not facts.incident.status.is_open:
        return text
    return f"{text} ⏳ over since {mrkdwn.at(due)}"
