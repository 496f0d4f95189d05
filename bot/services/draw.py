"""What a message that follows its incident shows now. The kinds of such messages are named here."""

from collections.abc import Sequence
from typing import Final

from bot.views import approval, card, checklist
from bot.views.templates import Templates
from incidents.audience import Audience
from incidents.checklist import ChecklistPhase
from incidents.clock import Clock
from incidents.incident import Incident
from incidents.ports import Message
from incidents.severity import SeverityScheme
from incidents.status_update import StatusUpdate
from storage.messages import PostedMessage
from storage.unit_of_work import UnitOfWork

ANNOUNCEMENT: Final = "announcement"
CARD: Final = "card"
CHECKLIST: Final = "checklist"
TOPIC: Final = "topic"
APPROVAL: Final = "approval"
"""A text that waits for approval, or waited; its part is the number of the status update."""


class Artist:
    """Draws messages from the database."""

    def __init__(
        self, templates: Templates, scheme: SeverityScheme, clock: Clock, audiences: Sequence[Audience] = ()
    ) -> None:
        self._templates = templates
        self._scheme = scheme
        self._clock = clock
        self._audiences = {one.key: one for one in audiences}

    async def draw(self, work: UnitOfWork, posted: PostedMessage) -> Message:
        """The message as it should look now; of a topic, its text."""
        incident = await work.incidents.get(posted.incident_id)
        if posted.kind == APPROVAL:
            update = await work.updates.get(posted.part)
            return approval.message(incident, update, self._audiences.get(update.audience))
        phases = [] if posted.kind == TOPIC else await work.checklists.phases(incident.id)
        on_card = posted.kind in {ANNOUNCEMENT, CARD}
        last = await work.updates.last(incident.id) if on_card else None
        return self.compose(posted, incident, phases, last)

    def compose(
        self,
        posted: PostedMessage,
        incident: Incident,
        phases: Sequence[ChecklistPhase],
        last: StatusUpdate | None,
    ) -> Message:
        """The message, from what was read already."""
        now = self._clock.now()
        if posted.kind == TOPIC:
            return Message(card.topic(incident))
        if posted.kind == CHECKLIST:
            return checklist.message(incident, phases[posted.part], len(phases), now)
        facts = card.CardFacts(incident, phases, last, now)
        view = card.announcement if posted.kind == ANNOUNCEMENT else card.pinned
        return view(facts, self._templates, self._scheme)
