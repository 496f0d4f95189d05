"""The five questions of the operations guide's severity assessment, their answers, and what each answer does.

Which level the answers make is `assessment.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from incidents.errors import NotUnderstoodError


class Harm(StrEnum):
    """Whether anybody was harmed."""

    YES = "yes"
    IMMINENT = "imminent"
    POTENTIAL = "potential"


class Scope(StrEnum):
    """Who is affected."""

    MANY = "many"
    SINGLE = "single"
    INTERNAL = "internal"


class Regulatory(StrEnum):
    """Whether regulations apply."""

    YES = "yes"
    NO = "no"


class Reputation(StrEnum):
    """The risk to the organisation's reputation."""

    HIGH = "high"
    NOT_HIGH = "not_high"


class Exploitable(StrEnum):
    """Whether it can be exploited at scale."""

    YES = "yes"
    NO = "no"


class Answers(BaseModel):
    """One answer to each question. In each enumeration the worst answer comes first."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    harm: Harm
    scope: Scope
    regulatory: Regulatory
    reputation: Reputation
    exploitable: Exploitable


@dataclass(frozen=True)
class Choice:
    """An answer to choose, in words, and what it does to the level."""

    id: str
    words: str
    effect: str = ""


@dataclass(frozen=True)
class Question:
    """A question for people; `id` is the field of `Answers` that its answer fills."""

    id: str
    words: str
    choices: tuple[Choice, ...]


QUESTIONS = (
    Question(
        "harm",
        "Did harm occur?",
        (
            Choice(Harm.YES, "Yes", "at least SEV1"),
            Choice(Harm.IMMINENT, "No, but it is imminent", "SEV2"),
            Choice(Harm.POTENTIAL, "No, it is only possible", "SEV3"),
        ),
    ),
    Question(
        "scope",
        "Who is affected?",
        (
            Choice(Scope.MANY, "Many users", "one step worse"),
            Choice(Scope.SINGLE, "A single user", "the level stays"),
            Choice(Scope.INTERNAL, "Only people inside", "one step milder"),
        ),
    ),
    Question(
        "regulatory",
        "Do regulations apply?",
        (Choice(Regulatory.YES, "Yes", "at least SEV1, and Legal joins"), Choice(Regulatory.NO, "No")),
    ),
    Question(
        "reputation",
        "How large is the risk to reputation?",
        (
            Choice(Reputation.HIGH, "High", "one step worse; SEV0 to be considered"),
            Choice(Reputation.NOT_HIGH, "Not high"),
        ),
    ),
    Question(
        "exploitable",
        "Can it be exploited at scale?",
        (Choice(Exploitable.YES, "Yes", "one step worse"), Choice(Exploitable.NO, "No")),
    ),
)


def read_answers(chosen: Mapping[str, str | None]) -> Answers:
    """The answers from what was chosen in a form, by question id.

    Raises:
        NotUnderstoodError: a question has no answer, or one that there is not; the text names each.
    """
    open_questions = [
        question.words
        for question in QUESTIONS
        if chosen.get(question.id) not in {choice.id for choice in question.choices}
    ]
    if open_questions:
        raise NotUnderstoodError(f"Still to be answered: {' '.join(open_questions)}")
    return Answers.model_validate({question.id: chosen[question.id] for question in QUESTIONS})
