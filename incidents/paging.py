"""Who is woken: the pager as use cases see it, what a page says, and where an incident's page stands.

Pure rules. Sending is the door's, retrying and its timing the journal's. Each time an incident pages is a *round*
with a key of its own: PagerDuty rings nobody again for a key that somebody has acknowledged, so that raising the
severity takes a fresh one. The states are Cordon's own view: a phone answered in PagerDuty does not show here.
"""

import re
from enum import StrEnum
from typing import Annotated, Literal, Protocol

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

SUMMARY_LIMIT = 1024  # PagerDuty's
DEDUP_KEY_LIMIT = 255  # the same
GIVE_UP_AFTER = 5
"""Failed attempts after which people are called by other means."""

_DETAIL_LIMIT = 2000  # far below the 512 KB that PagerDuty takes in all
_PROBLEM_LIMIT = 300
_NOT_PRINTED = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]+")

Urgency = Literal["high", "low"]


def one_line(text: str, limit: int) -> str:
    """The text without control characters, reversed directions and broken Unicode, cut to so many characters."""
    clean = " ".join(_NOT_PRINTED.sub(" ", text).split())
    return clean if len(clean) <= limit else clean[: limit - 1] + "…"


class PageSeverity(StrEnum):
    """How bad it is, in PagerDuty's words. Its services ring urgently for the first two."""

    CRITICAL = "critical"
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def urgency(self) -> Urgency:
        """PagerDuty's urgency where a service follows the severity of its alerts."""
        return "high" if self in {PageSeverity.CRITICAL, PageSeverity.ERROR} else "low"


def page_severity(rank: int, urgency: Urgency) -> PageSeverity:
    """The severity of a page: urgent ones are critical for the worst level (rank 0), the others warnings."""
    if urgency == "low":
        return PageSeverity.WARNING
    return PageSeverity.CRITICAL if rank == 0 else PageSeverity.ERROR


def dedup_key(workspace: str, incident: str, page_round: int) -> str:
    """The key of a round: two workspaces may share a PagerDuty service, and both have an INC-1.

    Args:
        workspace: the Slack team's id.
        incident: the incident's key, such as INC-42.
        page_round: 1 for the first time it pages.
    """
    return f"cordon:{workspace}:{incident}" + (f":{page_round}" if page_round > 1 else "")


def summary_line(
    incident: str, title: str, severity: str, *, private: bool = False, drill: bool = False
) -> str:
    """What the woken person reads first. A private incident's title stays in its channel."""
    head = "DRILL · " if drill else ""
    return one_line(
        f"{head}{severity} · {incident} · {'private incident' if private else title}", SUMMARY_LIMIT
    )


class Page(BaseModel):
    """One page. Texts are cleaned of control characters and cut to what PagerDuty takes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dedup_key: str = Field(min_length=1, max_length=DEDUP_KEY_LIMIT)
    summary: Annotated[
        str, BeforeValidator(lambda text: one_line(text, SUMMARY_LIMIT)), Field(min_length=1)
    ] = Field(description="what the woken person reads first")
    severity: PageSeverity
    source: Annotated[str, BeforeValidator(lambda text: one_line(text, 255)), Field(min_length=1)] = Field(
        default="Cordon", description="what has the problem"
    )
    link: Annotated[str, StringConstraints(pattern=r"^https?://\S+$")] | None = Field(
        default=None, description="where people meet, such as the incident's channel"
    )
    details: dict[str, Annotated[str, BeforeValidator(lambda text: one_line(text, _DETAIL_LIMIT))]] = Field(
        default_factory=dict
    )


class Pager(Protocol):
    """Wakes people. Every call may be repeated: the key makes it one page.

    Raises `TemporaryError` (also when an answer was lost: simply ask again) and `PermanentError`, nothing else.
    """

    async def trigger(self, page: Page) -> None:
        """Page, or do nothing more where this key's page is open. After a resolution it pages afresh."""
        ...

    async def acknowledge(self, dedup_key: str) -> None:
        """Say that somebody is at it. No open page of that key: nothing happens."""
        ...

    async def resolve(self, dedup_key: str) -> None:
        """Say that it is over. No open page of that key: nothing happens."""
        ...


# --- where it stands -----------------------------------------------------------------------------------


class PageState(StrEnum):
    """Where an incident's page stands."""

    NOT_PAGED = "not_paged"
    WANTED = "wanted"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    FAILING = "failing"
    GIVEN_UP = "given_up"


_UNSENT = {PageState.WANTED, PageState.FAILING}


class Paging(BaseModel):
    """An incident's page as it stands now. Each move gives the next; one that comes too late changes nothing.

    `problem` is a sentence from the pager's last failure. It never holds a secret.
    """

    model_config = ConfigDict(frozen=True)

    state: PageState = PageState.NOT_PAGED
    round: int = Field(default=0, ge=0, description="how often it has paged; parts the keys")
    severity: str = Field(default="", description="the level that this round pages for, such as SEV1")
    attempts: int = Field(default=0, ge=0, description="failed attempts of this round")
    problem: str = ""

    @property
    def is_due(self) -> bool:
        """Whether a page has still to be sent; asked before each attempt."""
        return self.state in _UNSENT

    @property
    def needs_fallback(self) -> bool:
        """Whether people must be called by other means now."""
        return self.state is PageState.GIVEN_UP

    def awaits(self, page_round: int) -> bool:
        """Whether the page of that round should still be sent, be it after people were called otherwise."""
        return page_round == self.round and (self.is_due or self.needs_fallback)

    def wanted(self, severity: str) -> "Paging":
        """Page for this level, in a fresh round."""
        return Paging(state=PageState.WANTED, round=self.round + 1, severity=severity)

    def sent(self, page_round: int) -> "Paging":
        """PagerDuty took the page of that round, even if late."""
        if not self.awaits(page_round):
            return self
        return self.model_copy(update={"state": PageState.SENT, "problem": ""})

    def failed(self, page_round: int, why: str, *, limit: int = GIVE_UP_AFTER) -> "Paging":
        """An attempt of that round failed; the last one allowed gives up."""
        if page_round != self.round or not self.is_due:
            return self
        attempts = self.attempts + 1
        state = PageState.GIVEN_UP if attempts >= limit else PageState.FAILING
        return self.model_copy(
            update={"state": state, "attempts": attempts, "problem": one_line(why, _PROBLEM_LIMIT)}
        )

    def refused(self, page_round: int, why: str) -> "Paging":
        """PagerDuty refused, and won't take it the next time either: give up at once."""
        return self.failed(page_round, why, limit=1)

    def overdue(self, page_round: int, why: str) -> "Paging":
        """It has taken too long to wait for another attempt: give up, though attempts go on."""
        if page_round != self.round or not self.is_due:
            return self
        problem = self.problem or one_line(why, _PROBLEM_LIMIT)
        return self.model_copy(update={"state": PageState.GIVEN_UP, "problem": problem})

    def acknowledged(self) -> "Paging":
        """Somebody took command. A page not sent yet is not needed any more."""
        if self.state in {PageState.NOT_PAGED, PageState.RESOLVED}:
            return self
        return self.model_copy(update={"state": PageState.ACKNOWLEDGED, "problem": ""})

    def resolved(self) -> "Paging":
        """The incident is over."""
        if self.state is PageState.NOT_PAGED:
            return self
        return self.model_copy(update={"state": PageState.RESOLVED, "problem": ""})

    def not_told(self, why: str) -> "Paging":
        """PagerDuty could not be told of the acknowledgement or the resolution; its phones may ring on."""
        if self.state not in {PageState.ACKNOWLEDGED, PageState.RESOLVED}:
            return self
        return self.model_copy(update={"problem": one_line(why, _PROBLEM_LIMIT)})

    def told(self) -> "Paging":
        """PagerDuty has been told after all."""
        if self.state not in {PageState.ACKNOWLEDGED, PageState.RESOLVED}:
            return self
        return self.model_copy(update={"problem": ""})


def card_words(paging: Paging) -> str:
    """What the card says of it, as plain text; empty when there is nothing to say."""
    problem = paging.problem.rstrip(".")
    silent = f", but PagerDuty does not know: {problem}" if problem else ""
    tries = {0: "no try has ended", 1: "1 try"}.get(paging.attempts, f"{paging.attempts} tries")
    return {
        PageState.NOT_PAGED: "",
        PageState.WANTED: f"Paging on-call for {paging.severity}…",
        PageState.SENT: f"On-call paged for {paging.severity}, not acknowledged yet",
        PageState.ACKNOWLEDGED: f"Page acknowledged{silent}",
        PageState.RESOLVED: f"Page resolved{silent}",
        PageState.FAILING: f"On-call not paged yet, trying again after {tries}: {problem}",
        PageState.GIVEN_UP: f"On-call could NOT be paged ({tries}): {problem}. Call them yourself",
    }[paging.state]
