"""What is told to people while an incident lasts, and when the next telling is due.

Fields follow the agent platform runbook's update (status, current state, actions in progress, estimate) and
the on-call playbook's notification (model, failure mode, mitigation, suspected cause).
"""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

FIELD_LIMIT = 1500


class UpdateKind(StrEnum):
    """Which telling it is."""

    INITIAL = "initial"
    UPDATE = "update"
    RESOLUTION = "resolution"


class UpdateState(StrEnum):
    """Where a telling is on its way to its audience."""

    WAITING = "waiting"
    SENDING = "sending"
    PUBLISHED = "published"
    DISCARDED = "discarded"
    SUPERSEDED = "superseded"
    FAILED = "failed"


class UpdateFields(BaseModel):
    """What the author wrote. Everything is optional but never null; empty means that nothing was said."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    state: str = Field(default="", max_length=FIELD_LIMIT, description="what is happening now")
    impact: str = Field(default="", max_length=FIELD_LIMIT, description="what users feel")
    actions: str = Field(default="", max_length=FIELD_LIMIT, description="what is being done or was done")
    eta: str = Field(default="", max_length=200, description="estimate to resolution, in words")
    model_version: str = Field(default="", max_length=200)
    failure_mode: str = Field(default="", max_length=200)
    cause: str = Field(default="", max_length=FIELD_LIMIT, description="suspected or confirmed cause")
    follow_up: str = Field(default="", max_length=FIELD_LIMIT, description="what follows and who owns it")


class StatusUpdate(BaseModel):
    """One telling to one audience, kept for the archive."""

    model_config = ConfigDict(frozen=True)

    id: int
    incident_id: int
    kind: UpdateKind
    author: str
    at: datetime
    fields: UpdateFields
    text: str
    audience: str = "responders"
    """The audience's key."""
    state: UpdateState = UpdateState.PUBLISHED
    approved_by: str | None = None
    """Who let it go out; None where nobody had to."""
    decided_by: str | None = None
    """Who approved or discarded it, or told something newer instead."""
    decided_at: datetime | None = None
