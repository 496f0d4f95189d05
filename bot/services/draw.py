"""What a message that follows its incident shows now. The kinds of such messages are named here."""

from collections.abc import Sequence
from typing import Final

from bot.organisation import Organisation
from bot.views import approval, card, checklist, run
from bot.views.templates import Templates
from incidents.checklist import ChecklistPhase
from incidents.clock import Clock
from incidents.incident import Incident
from incidents.ports import Message
from incidents.severity import severity_number
from incidents.status_update import StatusUpdate
from storage.messages import PostedMessage
from storage.unit_of_work import UnitOfWork

ANNOUNCEMENT: Final = "announcement"
CARD: Final = "card"
CHECKLIST: Final = "checklist"
TOPIC: Final = "topic"
APPROVAL: Final = "approval"
"""A text that waits for approval, or waited; its part is the number of the status update."""
RUN: Final = "run"
"""A run of an action, from its plan on; its part is the run's number."""


class Artist:
    """Draws messages from the database."""

    def __init__(self, templates: Templates, organisation: Organisation, clock: Clock) -> None:
        self._templates = templates
        self._scheme = organisation.scheme
        self._policy = organisation.containment
        self._actions = frozenset(organisation.actions)
        self._clock = clock
        self._audiences = {one.key: one for one in organisation.audiences}

    async def draw(self, work: UnitOfWork, posted: PostedMessage) -> Message:
        """The message as it should look now; of a topic, its text."""
        incident = await work.incidents.get(posted.incident_id)
        if posted.kind == APPROVAL:
            update = await work.updates.get(posted.part)
            return approval.message(incident, update, self._audiences.get(update.audience))
        if posted.kind == RUN:
            return await self._run(work, incident, posted.part)
        phases = [] if posted.kind == TOPIC else await work.checklists.phases(incident.id)
        on_card = posted.kind in {ANNOUNCEMENT, CARD}
        last = await work.updates.last(incident.id) if on_card else None
        return self.compose(posted, incident, phases, last)

    async def _run(self, work: UnitOfWork, incident: Incident, run_id: int) -> Message:
        shown = await work.runs.get(run_id)
        steps = await work.runs.children(run_id) if shown.order else []
        rule = self._policy.rule(shown.risk, severity_number(incident.severity))
        return run.message(run.RunFacts(incident, shown, steps, rule, self._clock.now()))

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
            return checklist.message(incident, phases[posted.part], len(phases), now, actions=self._actions)
        facts = card.CardFacts(incident, phases, last, now)
        view = card.announcement if posted.kind == ANNOUNCEMENT else card.pinned
        return view(facts, self._templates, self._scheme)
