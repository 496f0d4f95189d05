"""What a page says, and where an incident's page stands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from incidents.paging import (
    GIVE_UP_AFTER,
    SUMMARY_LIMIT,
    Page,
    PageSeverity,
    PageState,
    Paging,
    card_words,
    dedup_key,
    one_line,
    page_severity,
    summary_line,
)

WANTED = Paging().wanted("SEV1")


@pytest.mark.parametrize(
    ("rank", "urgency", "severity"),
    [(0, "high", "critical"), (1, "high", "error"), (3, "high", "error"), (0, "low", "warning")],
)
def test_the_level_decides_how_bad_the_page_is(rank: int, urgency: str, severity: str) -> None:
    found = page_severity(rank, "low" if urgency == "low" else "high")
    assert found == severity
    assert found.urgency == urgency


def test_information_is_not_urgent() -> None:
    assert PageSeverity.INFO.urgency == "low"


def test_each_round_and_each_workspace_has_its_own_key() -> None:
    keys = [dedup_key(team, "INC-1", page_round) for team in ("T1", "T2") for page_round in (1, 2, 3)]
    assert len(set(keys)) == 6
    assert keys[:2] == ["cordon:T1:INC-1", "cordon:T1:INC-1:2"]


def test_the_summary_says_what_and_how_bad() -> None:
    assert summary_line("INC-1", "Agent leaks", "SEV1") == "SEV1 · INC-1 · Agent leaks"
    assert summary_line("INC-1", "Agent leaks", "SEV1", drill=True).startswith("DRILL · SEV1")


def test_a_private_incident_s_title_is_not_told() -> None:
    assert "leaks" not in summary_line("INC-1", "Agent leaks", "SEV1", private=True)


def test_a_page_is_cut_and_cleaned() -> None:
    page = Page(
        dedup_key="k",
        summary="é\x00\n\ud800 " + "x" * 2000,
        severity=PageSeverity.ERROR,
        details={"state": "a\x1b[31m\u2028\u202eb"},
    )
    assert len(page.summary) == SUMMARY_LIMIT
    assert page.summary.startswith("é xxx")
    assert page.summary.endswith("x…")
    assert page.details == {"state": "a [31m b"}


@given(st.text(), st.integers(1, 40))
def test_one_line_is_short_and_can_be_sent(text: str, limit: int) -> None:
    line = one_line(text, limit)
    assert len(line) <= limit
    assert line.encode().decode().splitlines() in ([], [line])


@pytest.mark.parametrize(
    "wrong",
    [
        {"dedup_key": ""},
        {"dedup_key": "k" * 256},
        {"summary": " \n "},
        {"link": "javascript:alert(1)"},
        {"severity": "sev1"},
        {"other": 1},
    ],
)
def test_a_page_that_would_be_refused_is_not_made(wrong: dict[str, object]) -> None:
    right: dict[str, object] = {"dedup_key": "k", "summary": "s", "severity": "error"}
    Page.model_validate(right)
    with pytest.raises(ValidationError):
        Page.model_validate(right | wrong)


# --- where it stands -----------------------------------------------------------------------------------


def test_a_page_is_wanted_sent_acknowledged_and_resolved() -> None:
    states = [Paging(), WANTED, WANTED.sent(1), WANTED.sent(1).acknowledged()]
    states.append(states[-1].resolved())
    assert [one.state.value for one in states] == ["not_paged", "wanted", "sent", "acknowledged", "resolved"]
    assert [one.is_due for one in states] == [False, True, False, False, False]


def test_failing_gives_up_after_so_many_attempts() -> None:
    paging = WANTED
    for attempt in range(1, GIVE_UP_AFTER):
        paging = paging.failed(1, "no answer")
        assert (paging.state, paging.attempts, paging.needs_fallback) == (PageState.FAILING, attempt, False)
    paging = paging.failed(1, "no answer")
    assert (paging.state, paging.is_due, paging.needs_fallback) == (PageState.GIVEN_UP, False, True)


def test_a_refusal_gives_up_at_once() -> None:
    assert WANTED.refused(1, "wrong key").needs_fallback


def test_a_page_that_arrives_late_is_sent_after_all() -> None:
    late = WANTED.refused(1, "no answer").sent(1)
    assert (late.state, late.problem) == (PageState.SENT, "")


def test_taking_too_long_gives_up_and_goes_on_trying() -> None:
    hanging = WANTED.overdue(1, "no answer within 120 s")
    assert hanging.needs_fallback
    assert hanging.awaits(1)
    assert not hanging.awaits(2)
    assert card_words(hanging).startswith("On-call could NOT be paged (no try has ended): no answer within")
    assert hanging.failed(1, "why") == hanging
    assert hanging.sent(1).state is PageState.SENT
    assert WANTED.failed(1, "HTTP 500").overdue(1, "no answer").problem == "HTTP 500"


def test_what_was_sent_or_belongs_to_an_earlier_round_is_not_overdue() -> None:
    for paging in (Paging(), WANTED.sent(1), WANTED.acknowledged(), WANTED.resolved(), WANTED.wanted("SEV0")):
        assert paging.overdue(1, "no answer") == paging
        assert not paging.awaits(1)


def test_taking_command_makes_an_unsent_page_needless() -> None:
    taken = WANTED.failed(1, "no answer").acknowledged()
    assert taken.state is PageState.ACKNOWLEDGED
    assert not taken.is_due
    assert taken.sent(1) == taken.failed(1, "no answer") == taken


def test_raising_the_severity_pages_in_a_fresh_round() -> None:
    raised = WANTED.sent(1).acknowledged().wanted("SEV0")
    assert (raised.state, raised.round, raised.severity, raised.attempts) == (
        PageState.WANTED,
        2,
        "SEV0",
        0,
    )


def test_results_of_an_earlier_round_change_nothing() -> None:
    second = WANTED.wanted("SEV0")
    assert second.sent(1) == second.failed(1, "x") == second.refused(1, "x") == second


def test_nothing_paged_is_nothing_to_acknowledge_or_resolve() -> None:
    assert Paging().acknowledged() == Paging().resolved() == Paging().not_told("x") == Paging()


def test_resolved_stays_resolved_until_paged_again() -> None:
    over = WANTED.sent(1).resolved()
    assert over.acknowledged() == over
    assert over.wanted("SEV1").is_due


def test_what_pagerduty_was_not_told_shows_until_it_is() -> None:
    deaf = WANTED.sent(1).acknowledged().not_told("no answer.")
    assert card_words(deaf) == "Page acknowledged, but PagerDuty does not know: no answer"
    assert card_words(deaf.told()) == "Page acknowledged"
    assert WANTED.told() == WANTED.not_told("x") == WANTED


@pytest.mark.parametrize(
    ("paging", "words"),
    [
        (Paging(), ""),
        (WANTED, "Paging on-call for SEV1…"),
        (WANTED.sent(1), "On-call paged for SEV1, not acknowledged yet"),
        (WANTED.failed(1, "down."), "On-call not paged yet, trying again after 1 try: down"),
        (
            WANTED.failed(1, "a").failed(1, "down", limit=2),
            "On-call could NOT be paged (2 tries): down. Call them yourself",
        ),
        (WANTED.sent(1).resolved(), "Page resolved"),
    ],
)
def test_the_card_says_it_in_words(paging: Paging, words: str) -> None:
    assert card_words(paging) == words


_MOVES = st.sampled_from(
    ["wanted", "sent", "failed", "refused", "overdue", "acknowledged", "resolved", "not_told", "told"]
)


@given(st.lists(_MOVES, max_size=20))
def test_whatever_comes_in_whatever_order_it_can_be_shown_and_kept(moves: list[str]) -> None:
    paging = Paging()
    for move in moves:
        arguments = {
            "wanted": ("SEV1",),
            "sent": (paging.round,),
            "failed": (paging.round, "why"),
            "refused": (paging.round, "why"),
            "overdue": (paging.round, "why"),
            "not_told": ("why",),
        }
        after: Paging = getattr(paging, move)(*arguments.get(move, ()))
        assert after.round >= paging.round
        assert (after.state is PageState.NOT_PAGED) == (after.round == 0)
        assert Paging.model_validate_json(after.model_dump_json()) == after
        assert bool(card_words(after)) == (after.round > 0)
        paging = after
