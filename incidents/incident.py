"""The incident itself and the names derived from it. Rules of its life are in lifecycle.py."""

import re
import unicodedata
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from incidents.lifecycle import Stage

CHANNEL_NAME_LIMIT = 80  # Slack's
TITLE_LIMIT = 120


class Incident(BaseModel):
    """One incident as it stands now. Times are aware, in UTC; people are Slack user ids."""

    model_config = ConfigDict(frozen=True)

    id: int
    title: str = Field(min_length=1, max_length=TITLE_LIMIT)
    summary: str = ""
    severity: str
    status: Stage = Stage.DECLARED
    playbook: str
    reporter: str
    commander: str | None = None
    declared_at: datetime
    resolved_at: datetime | None = None
    next_update_at: datetime | None = None
    last_update_at: datetime | None = None
    channel_id: str | None = None
    channel_name: str | None = None
    problems: dict[str, str] = Field(default_factory=dict)
    """What Cordon could not do yet: step name -> a sentence for people, as markup."""
    type: str | None = None
    """The sort of incident, such as "pii-exposure"."""
    private: bool = False
    """Whether only members of its channel may know of it."""
    drill: bool = False
    """Whether it is an exercise."""
    calls: bool = True
    """Whether people are called for it; a drill does so only when it was told to."""
    source: str | None = None
    """A link to what it was declared from."""
    acknowledged_at: datetime | None = None
    contained_at: datetime | None = None
    closed_at: datetime | None = None
    archived_at: datetime | None = None
    merged_into: int | None = None
    classification: dict[str, Any] = Field(default_factory=dict)
    crew: dict[str, Any] = Field(default_factory=dict)
    gates: dict[str, Any] = Field(default_factory=dict)
    page: dict[str, Any] = Field(default_factory=dict)

    @property
    def key(self) -> str:
        """The id that people see, such as INC-42."""
        return f"INC-{self.id}"


def channel_prefix(incident: Incident) -> str:
    """What the name of its channel begins with."""
    return "drill" if incident.drill else "inc"


def channel_name(incident_id: int, title: str, *, prefix: str = "inc", suffix: str = "") -> str:
    """A channel name that Slack accepts: lower case letters, digits and hyphens, at most 80 characters."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    head = f"{prefix}-{incident_id}"
    room = CHANNEL_NAME_LIMIT - len(head) - 1 - len(suffix)
    body = slug[:room].strip("-")
    return f"{head}-{body}{suffix}" if body else f"{head}{suffix}"


def parse_key(words: str) -> int | None:
    """The number in "INC-42", "inc42" or "#42", or None when these words are no incident id."""
    match = re.fullmatch(r"(?:inc[-_ ]?|#)([1-9][0-9]{0,8})", words.strip(), re.IGNORECASE)
    return int(match[1]) if match else None
