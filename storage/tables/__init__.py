"""What is kept, table by table. Importing this package is enough to know them all; rows never leave storage."""

from storage.tables.base import Base
from storage.tables.checklist import ITEMS, PHASES
from storage.tables.delivery import DELIVERIES
from storage.tables.incident import INCIDENTS
from storage.tables.job import JOBS, STEPS, JobState
from storage.tables.message import MESSAGES
from storage.tables.run import RUN_TARGETS, RUNS
from storage.tables.timeline import TIMELINE
from storage.tables.update import UPDATES

METADATA = Base.metadata

__all__ = [
    "DELIVERIES",
    "INCIDENTS",
    "ITEMS",
    "JOBS",
    "MESSAGES",
    "METADATA",
    "PHASES",
    "RUNS",
    "RUN_TARGETS",
    "STEPS",
    "TIMELINE",
    "UPDATES",
    "JobState",
]
