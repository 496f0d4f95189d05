import pytest

from incidents.assessment_questions import (
    QUESTIONS,
    Answers,
    Exploitable,
    Harm,
    Regulatory,
    Reputation,
    Scope,
    read_answers,
)
from incidents.errors import NotUnderstoodError

KINDS = {
    "harm": Harm,
    "scope": Scope,
    "regulatory": Regulatory,
    "reputation": Reputation,
    "exploitable": Exploitable,
}
MILDEST = {
    "harm": "potential",
    "scope": "internal",
    "regulatory": "no",
    "reputation": "not_high",
    "exploitable": "no",
}


def test_the_questions_are_those_of_the_answers() -> None:
    asked = {question.id: [choice.id for choice in question.choices] for question in QUESTIONS}
    assert asked == {name: list(kind) for name, kind in KINDS.items()}


def test_a_form_is_read() -> None:
    assert read_answers(MILDEST) == Answers.model_validate(MILDEST)


@pytest.mark.parametrize("wrong", [None, "", "perhaps"])
def test_what_is_not_answered_is_named(wrong: str | None) -> None:
    with pytest.raises(NotUnderstoodError) as caught:
        read_answers({**MILDEST, "harm": wrong, "exploitable": wrong})
    assert str(caught.value) == "Still to be answered: Did harm occur? Can it be exploited at scale?"
