"""How a drill went: its times against their targets, what became of the items, in words for people.

Targets come from the severity level and the playbook. Nothing is measured here: the facts are the record's.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from incidents.playbook import PlaybookPhase
from incidents.severity import SeverityLevel


class DrillFacts(BaseModel):
    """What happened in the drill. Times are aware; None where it did not happen."""

    model_config = ConfigDict(frozen=True)

    declared_at: datetime
    acknowledged_at: datetime | None = None
    contained_at: datetime | None = None
    first_update_at: datetime | None = None
    resolved_at: datetime | None = None
    done: int = Field(default=0, ge=0)
    skipped: int = Field(default=0, ge=0)
    left: int = Field(default=0, ge=0)


class DrillTargets(BaseModel):
    """Times within which things should happen, from the declaration on; None where nothing is asked."""

    model_config = ConfigDict(frozen=True)

    acknowledge: timedelta | None = None
    contain: timedelta | None = None
    first_update: timedelta | None = None
    resolve: timedelta | None = None


class Verdict(StrEnum):
    """How a time meets its target."""

    MET = "met"
    MISSED = "missed"
    NOT_REACHED = "not reached"
    NO_TARGET = "no target"


@dataclass(frozen=True)
class Measure:
    """One time of the drill with its target."""

    title: str
    took: timedelta | None
    target: timedelta | None

    @property
    def verdict(self) -> Verdict:
        """MET on the very second of the target. What never happened is not reached, target or none."""
        if self.took is None:
            return Verdict.NOT_REACHED
        if self.target is None:
            return Verdict.NO_TARGET
        return Verdict.MET if self.took <= self.target else Verdict.MISSED

    @property
    def words(self) -> str:
        """A line such as "Contained after 3 min 20 s, 1 min 20 s over the 2 min allowed"."""
        if self.took is None:
            return f"{self.title}: not reached" + (f", {spell(self.target)} allowed" if self.target else "")
        text = f"{self.title} after {spell(self.took)}"
        if self.target is None:
            return text
        if self.took <= self.target:
            return f"{text}, within the {spell(self.target)} allowed"
        return f"{text}, {spell(self.took - self.target)} over the {spell(self.target)} allowed"


@dataclass(frozen=True)
class DrillScore:
    """The score: measures in the order of an incident, and the items."""

    measures: tuple[Measure, ...]
    done: int
    skipped: int
    left: int

    @property
    def counted(self) -> tuple[Measure, ...]:
        """The measures that have a target."""
        return tuple(measure for measure in self.measures if measure.target is not None)

    @property
    def met(self) -> int:
        """How many targets were met."""
        return sum(measure.verdict is Verdict.MET for measure in self.counted)

    @property
    def words(self) -> tuple[str, ...]:
        """The score as lines, the summary first."""
        total = len(self.counted)
        summary = f"{self.met} of {total} targets met" if total else "No targets were set"
        return (summary, *(measure.words for measure in self.measures), self._items())

    def _items(self) -> str:
        total = self.done + self.skipped + self.left
        if not total:
            return "The checklist had no items"
        return f"Checklist: {self.done} of {total} items done, {self.skipped} skipped, {self.left} left open"


def score(facts: DrillFacts, targets: DrillTargets) -> DrillScore:
    """Score a drill."""
    return DrillScore(
        measures=(
            Measure("Acknowledged", _took(facts, facts.acknowledged_at), targets.acknowledge),
            Measure("Contained", _took(facts, facts.contained_at), targets.contain),
            Measure("First update published", _took(facts, facts.first_update_at), targets.first_update),
            Measure("Resolved", _took(facts, facts.resolved_at), targets.resolve),
        ),
        done=facts.done,
        skipped=facts.skipped,
        left=facts.left,
    )


def targets_of(level: SeverityLevel, phases: Iterable[PlaybookPhase]) -> DrillTargets:
    """Targets from a severity and a playbook's phases.

    Acknowledging is due within the level's response time and the first update after its cadence; containing by
    the end of the first phase that speaks of containment, resolving by the end of the last timed phase done
    during an incident.
    """
    timed = [
        (phase.title.casefold(), timedelta(minutes=phase.ends_minute))
        for phase in phases
        if phase.ends_minute and not phase.asynchronous
    ]
    return DrillTargets(
        acknowledge=timedelta(minutes=level.response_minutes),
        contain=next((end for title, end in timed if "contain" in title), None),
        first_update=level.update_cadence,
        resolve=max((end for _, end in timed), default=None),
    )


def spell(time: timedelta) -> str:
    """A time in its two largest units, such as "1 h 5 min" or "40 s". Parts of a second are dropped."""
    seconds = int(time.total_seconds())
    parts: list[str] = []
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        amount, seconds = divmod(seconds, size)
        parts.append(f"{amount} {unit}" if amount else "")
    first = next((place for place, part in enumerate(parts) if part), None)
    return "0 s" if first is None else " ".join(filter(None, parts[first : first + 2]))


def _took(facts: DrillFacts, at: datetime | None) -> timedelta | None:
    """Time since the declaration; zero for what was there before, as an alert acknowledged beforehand."""
    return None if at is None else max(at - facts.declared_at, timedelta())
