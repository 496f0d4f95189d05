"""How a page stands on the card, and the call to people when it did not get through."""

import pytest
from hypothesis import given

from bot.views import page
from incidents.incident import Incident
from incidents.paging import Paging
from incidents.ports import Message
from tests.bot.views.conftest import HURRIED, hostile, incident, seen

WANTED = Paging().wanted("SEV1")


def _paged(paging: Paging) -> Incident:
    return incident(page=paging.model_dump(mode="json"))


def test_where_nobody_was_to_be_paged_the_card_says_nothing() -> None:
    assert page.standing(incident()) == page.standing(_paged(Paging())) == []


@pytest.mark.parametrize(
    ("paging", "kind", "words"),
    [
        (WANTED, "context", "📟 Paging on-call for SEV1"),
        (WANTED.sent(1), "context", "📟 On-call paged for SEV1"),
        (WANTED.failed(1, "<no> answer"), "section", "⚠️ On-call not paged yet"),
        (WANTED.refused(1, "no such key"), "section", "⚠️ On-call could NOT be paged"),
        (WANTED.sent(1).resolved().not_told("away"), "section", "⚠️ Page resolved, but"),
    ],
)
def test_trouble_stands_out(paging: Paging, kind: str, words: str) -> None:
    [block] = page.standing(_paged(paging))
    assert block["type"] == kind
    assert words in str(block)
    assert "<no>" not in str(block)


def test_the_call_names_people_the_incident_and_what_to_do() -> None:
    paging = WANTED.refused(1, "PagerDuty answered <401>")
    message = page.call_by_phone(incident(), paging, ["U0BOB", "U0CYD"])
    drawn = str(message.blocks)
    assert "<@U0BOB> <@U0CYD>" in drawn
    assert "by phone now" in drawn
    assert "answered &lt;401&gt;" in drawn
    assert "SEV1 · INC-" in message.text


def test_a_drill_is_called_a_drill_and_a_crowd_is_cut() -> None:
    crowd = [f"U{number:05}" for number in range(40)]
    message = page.call_by_phone(incident(drill=True), WANTED.refused(1, ""), crowd)
    assert message.text.startswith("DRILL · ")
    assert str(message.blocks).count("<@U") == 15


@HURRIED
@given(why=hostile(2000))
def test_whatever_pagerduty_says_is_shown_as_it_is(why: str) -> None:
    paging = WANTED.refused(1, why)
    seen(page.call_by_phone(incident(), paging, ["U0BOB"]))
    seen(Message("card", page.standing(_paged(paging))))
