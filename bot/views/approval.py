"""A text that waits for approval before an audience is told: the exact words, who may approve, and what came of it."""

import hashlib
from collections.abc import Mapping
from typing import Final

from bot.views import blocks, mrkdwn, updates
from incidents.audience import Audience, who_may_approve
from incidents.crew import crew_of
from incidents.incident import Incident
from incidents.ports import Message
from incidents.status_update import StatusUpdate, UpdateState

APPROVE: Final = "approval.approve"
EDIT: Final = "approval.edit"
DISCARD: Final = "approval.discard"

_OUTCOMES: Final[Mapping[UpdateState, str]] = {
    UpdateState.SENDING: "✅ Approved by {who} at {at}, and on its way",
    UpdateState.PUBLISHED: "✅ Approved by {who} at {at}, and sent",
    UpdateState.FAILED: "⚠️ Approved by {who} at {at}, but it could not be sent",
    UpdateState.DISCARDED: "🗑️ Discarded by {who} at {at}. They were not told",
    UpdateState.SUPERSEDED: "↪️ Overtaken at {at} by what {who} did. This text was not sent",
}


def message(incident: Incident, update: StatusUpdate, audience: Audience | None) -> Message:
    """The text with its buttons while it waits, later with what came of it."""
    title = audience.title if audience else update.audience
    drawn = [blocks.section(_head(incident, update, audience)), blocks.divider(), *updates.sections(update)]
    if update.state is UpdateState.WAITING:
        drawn += [blocks.divider(), _controls(incident, update)]
        return Message(f"{incident.key}: a text for {title} waits for approval", drawn)
    return Message(f"{incident.key}: {mrkdwn.plain(outcome(update))}, for {title}", drawn)


def outcome(update: StatusUpdate) -> str:
    """What came of a text that waited, as markup."""
    at = mrkdwn.at(update.decided_at) if update.decided_at else "an unknown time"
    form = _OUTCOMES.get(update.state, "It waits for approval")
    return form.format(who=mrkdwn.user(update.decided_by), at=at)


def seal(update: StatusUpdate) -> str:
    """A mark of the exact words: an approval counts for the words that were seen only."""
    return hashlib.sha256(update.text.encode()).hexdigest()[:16]


def escaped(audience: Audience) -> Audience:
    """The audience with a title that is safe in markup."""
    return audience.model_copy(update={"title": mrkdwn.escape(audience.title)})


def _head(incident: Incident, update: StatusUpdate, audience: Audience | None) -> str:
    title = mrkdwn.escape(audience.title if audience else update.audience)
    what = f"{updates.NOTICE[update.kind]} for {title}"
    if update.state is not UpdateState.WAITING:
        return f"*{what}*\n{outcome(update)}."
    where = mrkdwn.escape(audience.channel) if audience and audience.channel else ""
    place = f" ({where})" if where.startswith("#") else ""
    # asked for somebody who holds no role: so that all who may approve are named, the author too
    may = who_may_approve(escaped(audience), "", crew_of(incident)).sentence if audience else ""
    return f"✋ *{what}{place}: not sent yet*\nWritten by {mrkdwn.user(update.author)}. {may}"


def _controls(incident: Incident, update: StatusUpdate) -> blocks.Block:
    value = f"{incident.id}:{update.id}:{seal(update)}"
    about = f"{updates.NOTICE[update.kind]} of {incident.key}"
    return blocks.actions(
        blocks.button("Approve & send", APPROVE, value, style="primary", label=f"Approve: {about}"),
        blocks.button("Edit…", EDIT, value, label=f"Edit: {about}"),
        blocks.button("Discard", DISCARD, value, style="danger", label=f"Discard: {about}"),
    )
