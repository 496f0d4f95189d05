from enum import StrEnum
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.assessment import assess, nearest
from incidents.assessment_questions import Answers, Exploitable, Harm, Regulatory, Reputation, Scope
from incidents.severity import DEFAULT_SCHEME, SeverityLevel, SeverityScheme
from incidents.severity_presets import PRESETS

KINDS: dict[str, type[StrEnum]] = {
    "harm": Harm,
    "scope": Scope,
    "regulatory": Regulatory,
    "reputation": Reputation,
    "exploitable": Exploitable,
}
MILDEST = {name: list(kind)[-1] for name, kind in KINDS.items()}


def _answers(**chosen: str) -> Answers:
    return Answers.model_validate({**MILDEST, "scope": "single", **chosen})


def _scheme(digits: set[int]) -> SeverityScheme:
    levels = [
        SeverityLevel(key=f"SEV{digit}", name="Name", definition="Meaning", response_minutes=5)
        for digit in sorted(digits)
    ]
    return SeverityScheme(levels=tuple(levels))


schemes = st.sets(st.integers(0, 9), min_size=1).map(_scheme) | st.sampled_from(list(PRESETS.values()))
all_answers = st.builds(Answers)


@pytest.mark.parametrize(
    ("chosen", "level"),
    [
        # each rule alone
        ({"harm": "yes"}, "SEV1"),
        ({"harm": "imminent"}, "SEV2"),
        ({"harm": "potential"}, "SEV3"),
        ({"harm": "imminent", "scope": "many"}, "SEV1"),
        ({"harm": "imminent", "scope": "single"}, "SEV2"),
        ({"harm": "imminent", "scope": "internal"}, "SEV3"),
        ({"harm": "potential", "regulatory": "yes"}, "SEV1"),
        ({"harm": "imminent", "reputation": "high"}, "SEV1"),
        ({"harm": "imminent", "exploitable": "yes"}, "SEV1"),
        # together
        ({"harm": "yes", "scope": "many"}, "SEV0"),
        ({"harm": "yes", "reputation": "high"}, "SEV0"),
        ({"harm": "yes", "scope": "internal"}, "SEV1"),
        ({"harm": "yes", "scope": "internal", "exploitable": "yes"}, "SEV1"),
        ({"harm": "yes", "scope": "many", "exploitable": "yes", "reputation": "high"}, "SEV0"),
        ({"harm": "potential", "scope": "internal", "regulatory": "yes"}, "SEV1"),
        ({"harm": "potential", "scope": "many", "exploitable": "yes"}, "SEV1"),
        ({"harm": "potential", "scope": "many", "exploitable": "yes", "reputation": "high"}, "SEV0"),
        # regulations set a floor and are no step of their own
        ({"harm": "yes", "regulatory": "yes"}, "SEV1"),
        ({"harm": "imminent", "scope": "many", "regulatory": "yes"}, "SEV1"),
        # a near miss
        ({"harm": "potential", "scope": "internal"}, "SEV4"),
    ],
)
def test_the_rubric(chosen: dict[str, str], level: str) -> None:
    assert assess(_answers(**chosen), DEFAULT_SCHEME).level == level


def test_every_rule_that_fired_is_a_reason() -> None:
    assessment = assess(
        _answers(harm="potential", scope="internal", regulatory="yes", reputation="high", exploitable="yes"),
        DEFAULT_SCHEME,
    )
    assert assessment.level == "SEV1"
    assert assessment.reasons == (
        "Harm is only possible: SEV3 to start from.",
        "Only people inside are affected: one step milder.",
        "The risk to reputation is high: one step worse.",
        "It can be exploited at scale: one step worse.",
        "Regulations apply: at least SEV1, and Legal is involved.",
        "The steps alone would end milder than SEV1: at least SEV1 holds.",
        "With a high risk to reputation, consider SEV0.",
    )
    assert assessment.involve == ("Legal",)
    assert assessment.consider == "SEV0"


def test_a_rule_that_did_not_fire_is_no_reason() -> None:
    assessment = assess(_answers(harm="imminent"), DEFAULT_SCHEME)
    assert assessment.reasons == (
        "Harm is imminent: SEV2 to start from.",
        "A single user is affected: the level stays.",
    )
    assert assessment.involve == ()
    assert assessment.consider is None


@pytest.mark.parametrize(
    ("scheme", "chosen", "level", "reason"),
    [
        (
            "sev1-4",
            {"harm": "yes", "scope": "many"},
            "SEV1",
            "This workspace has no SEV0: the nearest is SEV1.",
        ),
        (
            "sev0-3",
            {"harm": "potential", "scope": "internal"},
            "SEV3",
            "This workspace has no SEV4: the nearest is SEV3.",
        ),
        (
            "sev0-3",
            {"harm": "yes", "scope": "many", "reputation": "high"},
            "SEV0",
            "That is worse than any level there is: SEV0.",
        ),
    ],
)
def test_a_level_that_the_scheme_lacks_is_fitted_with_a_reason(
    scheme: str, chosen: dict[str, str], level: str, reason: str
) -> None:
    assessment = assess(_answers(**chosen), PRESETS[scheme])
    assert assessment.level == level
    assert assessment.reasons[-1] == reason


def test_of_two_levels_equally_near_the_worse_one_is_taken() -> None:
    scheme = _scheme({1, 3})
    assert [nearest(scheme, rank).key for rank in range(5)] == ["SEV1", "SEV1", "SEV1", "SEV3", "SEV3"]


@given(scheme=schemes, answers=all_answers, question=st.sampled_from(sorted(KINDS)), data=st.data())
def test_a_worse_answer_never_gives_a_milder_level(
    scheme: SeverityScheme, answers: Answers, question: str, data: st.DataObject
) -> None:
    kind = list(KINDS[question])
    now = kind.index(getattr(answers, question))
    worse = kind[data.draw(st.integers(0, now))]
    raised = answers.model_copy(update={question: worse})
    assert assess(raised, scheme).level <= assess(answers, scheme).level


@pytest.mark.parametrize("name", PRESETS)
def test_no_pair_of_answers_where_each_is_as_bad_or_worse_gives_a_milder_level(name: str) -> None:
    scheme = PRESETS[name]
    ranks = {
        indexes: assess(
            Answers.model_validate(
                {key: list(kind)[at] for (key, kind), at in zip(KINDS.items(), indexes, strict=True)}
            ),
            scheme,
        ).level
        for indexes in product(*(range(len(kind)) for kind in KINDS.values()))
    }
    assert len(ranks) == 72
    for one, other in product(ranks, ranks):
        if all(a <= b for a, b in zip(one, other, strict=True)):
            assert ranks[one] <= ranks[other]


@given(scheme=schemes, answers=all_answers)
def test_the_level_is_the_schemes_and_legal_joins_with_regulations(
    scheme: SeverityScheme, answers: Answers
) -> None:
    assessment = assess(answers, scheme)
    assert scheme.get(assessment.level) is not None
    assert ("Legal" in assessment.involve) is (answers.regulatory is Regulatory.YES)
    assert assessment.consider is None or assessment.consider < assessment.level


@given(answers=all_answers)
def test_at_least_sev1_holds_whatever_else_is_answered(answers: Answers) -> None:
    if answers.harm is Harm.YES or answers.regulatory is Regulatory.YES:
        assert assess(answers, DEFAULT_SCHEME).level <= "SEV1"
