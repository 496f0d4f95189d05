"""How bad is it? The level that the five answers make, with every rule that fired as its reason.

The rules are the operations guide's. It leaves open in which order they apply and what "consider" means; here:

1. Harm gives the level to start from: it occurred SEV1, it is imminent SEV2, it is only possible SEV3.
2. Scope, reputation and exploitability move it, in steps that add up: many users, a high reputational risk and
   exploitable at scale are each one step worse, internal only is one step milder. A high reputational risk thus
   brings SEV1 to SEV0; where the steps end short of the worst level, that is named as the one to consider.
3. "At least" holds against every step: with harm, or where regulations apply, it is never milder than SEV1.
4. The result is fitted to the levels that the workspace has, the worse of two that are equally near.

Hence a worse answer never gives a milder level.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType

from pydantic import BaseModel, ConfigDict

from incidents.assessment_questions import Answers, Exploitable, Harm, Regulatory, Reputation, Scope
from incidents.severity import SeverityLevel, SeverityScheme


class Assessment(BaseModel):
    """The level that the answers make, why, whom to involve, and a worse level that people should consider."""

    model_config = ConfigDict(frozen=True)

    level: str
    reasons: tuple[str, ...]
    involve: tuple[str, ...] = ()
    consider: str | None = None


# --- the rules -----------------------------------------------------------------------------------------

_FLOOR = 1  # "at least SEV1"
_START = MappingProxyType({Harm.YES: 1, Harm.IMMINENT: 2, Harm.POTENTIAL: 3})


@dataclass(frozen=True)
class _Rule:
    """A rule that fired: how many levels it moves (negative is worse), whether it sets the floor, and its sentence."""

    sentence: str
    step: int = 0
    floor: bool = False
    involve: str | None = None


_HARM = MappingProxyType(
    {
        Harm.YES: _Rule("Harm occurred: at least SEV1.", floor=True),
        Harm.IMMINENT: _Rule("Harm is imminent: SEV2 to start from."),
        Harm.POTENTIAL: _Rule("Harm is only possible: SEV3 to start from."),
    }
)
_SCOPE = MappingProxyType(
    {
        Scope.MANY: _Rule("Many users are affected: one step worse.", step=-1),
        Scope.SINGLE: _Rule("A single user is affected: the level stays."),
        Scope.INTERNAL: _Rule("Only people inside are affected: one step milder.", step=1),
    }
)
_REPUTATION = _Rule("The risk to reputation is high: one step worse.", step=-1)
_EXPLOITABLE = _Rule("It can be exploited at scale: one step worse.", step=-1)
_REGULATORY = _Rule("Regulations apply: at least SEV1, and Legal is involved.", floor=True, involve="Legal")


def assess(answers: Answers, scheme: SeverityScheme) -> Assessment:
    """The level for these answers in this workspace's scheme, with every rule that fired as a sentence."""
    rules = tuple(_fired(answers))
    reasons = [rule.sentence for rule in rules]
    rank = _START[answers.harm] + sum(rule.step for rule in rules)
    if rank > _FLOOR and any(rule.floor for rule in rules):
        rank = _FLOOR
        reasons.append("The steps alone would end milder than SEV1: at least SEV1 holds.")
    level = nearest(scheme, rank)
    if level.rank != rank:
        reasons.append(_fitted(rank, level))
    worst = scheme.levels[0].key
    consider = worst if answers.reputation is Reputation.HIGH and level.key != worst else None
    if consider:
        reasons.append(f"With a high risk to reputation, consider {consider}.")
    involve = tuple(rule.involve for rule in rules if rule.involve)
    return Assessment(level=level.key, reasons=tuple(reasons), involve=involve, consider=consider)


def nearest(scheme: SeverityScheme, rank: int) -> SeverityLevel:
    """The scheme's level nearest to a rank (0 is SEV0), the worse of two that are equally near."""
    return min(scheme.levels, key=lambda level: (abs(level.rank - rank), level.rank))


def _fired(answers: Answers) -> Iterator[_Rule]:
    yield _HARM[answers.harm]
    yield _SCOPE[answers.scope]
    if answers.reputation is Reputation.HIGH:
        yield _REPUTATION
    if answers.exploitable is Exploitable.YES:
        yield _EXPLOITABLE
    if answers.regulatory is Regulatory.YES:
        yield _REGULATORY


def _fitted(rank: int, level: SeverityLevel) -> str:
    if rank < 0:
        return f"That is worse than any level there is: {level.key}."
    return f"This workspace has no SEV{rank}: the nearest is {level.key}."
