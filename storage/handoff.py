"""How a job born in a transaction reaches the journal of the same process without waiting for a poll."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True)
class LeasedJob:
    """A job that this process may run until `lease_until`, as long as the job's fence stays this one.

    `attempts` counts the attempts that failed before.
    """

    id: int
    kind: str
    key: str
    args: dict[str, Any]
    incident_id: int | None
    fence: int
    attempts: int
    lease_until: datetime


class Handoff(Protocol):
    """What the repository of jobs needs to know of the journal."""

    @property
    def owner(self) -> str:
        """The name under which this process leases."""
        ...

    @property
    def lease_seconds(self) -> float:
        """How long a lease lasts unless renewed."""
        ...

    def takes(self, kind: str) -> bool:
        """Whether a job of this kind, due now, would be run by this process at once."""
        ...

    def begin(self, job: LeasedJob) -> None:
        """Run a job that was committed leased by this process."""
        ...

    def scheduled(self, run_at: datetime) -> None:
        """Know that some job, leased by nobody, was committed for that moment."""
        ...
