"""What the use cases work with, put together once by the composition root."""

from dataclasses import dataclass

from bot.organisation import Organisation
from bot.playbooks import PlaybookLibrary
from bot.services.draw import Artist
from bot.services.refresh import Refresher
from bot.views.templates import Templates
from commands.base.contract import Surroundings
from incidents.clock import Clock
from incidents.paging import Pager
from incidents.ports import Workspace
from incidents.severity import SeverityScheme
from storage.database import Database
from storage.evidence import EvidenceStore


@dataclass(frozen=True)
class Parts:
    """The parts that were chosen for this process."""

    database: Database
    workspace: Workspace
    clock: Clock
    organisation: Organisation
    playbooks: PlaybookLibrary
    templates: Templates
    artist: Artist
    refresher: Refresher
    surroundings: Surroundings
    """What actions may use of the process."""
    evidence: EvidenceStore
    pager: Pager | None = None
    """None where nobody is paged."""

    @property
    def scheme(self) -> SeverityScheme:
        """The severities in use."""
        return self.organisation.scheme
