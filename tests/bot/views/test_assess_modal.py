"""The assessment's forms: what a person reads, within what Slack takes."""

from bot.views import assess_modal
from incidents.assessment import assess
from incidents.assessment_questions import QUESTIONS, read_answers
from incidents.severity import DEFAULT_SCHEME
from tests.bot.views.conftest import incident, seen_view


def test_every_question_is_asked_with_what_its_answers_do() -> None:
    shown = "\n".join(seen_view(assess_modal.questions(incident())))
    for question in QUESTIONS:
        assert question.words in shown
        assert all(choice.words in shown for choice in question.choices)
    assert "at least SEV1" in shown


def test_the_longest_result_fits_and_says_why() -> None:
    worst = read_answers({one.id: one.choices[0].id for one in QUESTIONS})
    shown = "\n".join(seen_view(assess_modal.result(42, assess(worst, DEFAULT_SCHEME))))
    assert "*SEV0*, because" in shown
    assert shown.count("•") >= len(QUESTIONS)
