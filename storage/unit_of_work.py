"""One transaction as use cases see it: the repositories over one session, and what to do after the commit.

Beginning, committing and repeating transactions is the database's part.
"""

from collections.abc import Callable, Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from storage.audit import Audit
from storage.checklists import Checklists
from storage.deliveries import Deliveries
from storage.handoff import Handoff
from storage.incidents import Incidents
from storage.jobs import Jobs
from storage.messages import Messages
from storage.runs import Runs
from storage.timeline import Timeline
from storage.updates import Updates


class UnitOfWork:
    """The repositories in one transaction. Never kept beyond the call that it was given to."""

    def __init__(
        self,
        session: AsyncSession,
        handoff: Handoff | None = None,
        stamp: Mapping[str, str] | None = None,
    ) -> None:
        self.session = session
        self.calls_after_commit: list[Callable[[], None]] = []
        self.incidents = Incidents(session)
        self.checklists = Checklists(session)
        self.timeline = Timeline(session, stamp or {})
        self.audit = Audit(session)
        self.messages = Messages(session)
        self.updates = Updates(session)
        self.runs = Runs(session)
        self.deliveries = Deliveries(session)
        self.jobs = Jobs(session, handoff, self.after_commit)

    def after_commit(self, call: Callable[[], None]) -> None:
        """Call this once, after the commit succeeded; never when it did not."""
        self.calls_after_commit.append(call)
