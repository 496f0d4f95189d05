"""The journal: jobs that outlive a crash, their steps, retries and timers.

It knows leases, fences and moments, and nothing of what a job does; that is in the bodies it is given.
"""

from storage.journal.journal import Journal
from storage.journal.model import JobBody, JobKind
from storage.journal.run import JobRun

__all__ = ["JobBody", "JobKind", "JobRun", "Journal"]
