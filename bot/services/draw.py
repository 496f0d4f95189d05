"""What a message that follows its incident shows now. The kinds of such messages are named here."""

from typing import Final

from bot.views import card, checklist
from bot.views.templates import Templates
from incidents.clock import Clock
from incidents.ports import Message
from incidents.severity import SeverityScheme
from storage.messages import PostedMessage
from storage.unit_of_work import UnitOfWork

ANNOUNCEMENT: Final = "announcement"
CARD: Final = "card"
CHECKLIST: Final = "checklist"
TOPIC: Final = "topic"


class Artist:
    """Draws messages from the database."""

    def __init__(self, templates: Templates, scheme: SeverityScheme, clock: Clock) -> None:
        self._templates = templates
        self._scheme = scheme
        self._clock = clock

    async def draw(self, work: UnitOfWork, posted: PostedMessage) -> Message:
        """The message as it should look now; of a topic, its text."""
        incident = await work.incidents.get(posted.incident_id)
        if posted.kind == TOPIC:
            return Message(card.topic(incident))
        phases = await work.checklists.phases(incident.id)
        now = self._clock.now()
        if posted.kind == CHECKLIST:
            return checklist.message(incident, phases[posted.part], len(phases), now)
        facts = card.CardFacts(incident, phases, await work.updates.last(incident.id), now)
        view = card.announcement if posted.kind == ANNOUNCEMENT else card.pinned
        return view(facts, self._templates, self._scheme)
