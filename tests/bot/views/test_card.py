import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.views import card
from bot.views.mrkdwn import Mrkdwn
from incidents.checklist import ItemState
from incidents.incident import Incident
from tests.bot.views.conftest import (
    ANN,
    HURRIED,
    MINUTE,
    NOW,
    SCHEME,
    TEMPLATES,
    assert_ours,
    buttons,
    date,
    facts,
    hostile,
    incident,
    item,
    phase,
    primary,
    resolved,
    seen,
    told,
)

DONE = ItemState.DONE
HEAD = (
    "🔴 *SEV1 · INC-42 · Agent leaks customer data*\n"
    f"🔎 Investigating · Commander <@U0ANN> · declared {date(NOW - 12 * MINUTE, '{ago}', '%Y-%m-%d %H:%M')} · <#C0ROOM>"
)
PHASES = (
    phase(item(1, DONE), item(2, DONE)),
    phase(item(3, DONE), item(4), title="Preserve evidence"),
    phase(item(5), title="Recover", ends_minute=60),
    phase(item(6), title="Review", starts_minute=None, ends_minute=None),
)


def test_the_common_channels_card_says_what_how_bad_who_leads_and_since_when() -> None:
    last = told(state="Traffic is on the baseline model")
    shown = card.announcement(
        facts(incident(summary="Seen by support"), *PHASES, last=last), TEMPLATES, SCHEME
    )
    assert seen(shown) == [
        HEAD,
        "Seen by support",
        f"📣 {date(NOW - MINUTE)} Traffic is on the baseline model",
        (
            f"Contain 2/2 ✔ · Preserve evidence 1/2 ⏳ over since {date(NOW - 2 * MINUTE)} · Recover 0/1 · Review 0/1 · "
            f"next update {date(NOW + 18 * MINUTE)}"
        ),
        "Join",
        "Update…",
    ]
    assert shown.text == "🔴 SEV1 · INC-42 · Agent leaks customer data · 🔎 Investigating"
    assert primary(shown) == ["Join"]
    assert buttons(shown)["Join"]["accessibility_label"] == "Join INC-42"


def test_the_pinned_card_has_the_commanders_controls() -> None:
    shown = card.pinned(facts(incident(), *PHASES), TEMPLATES, SCHEME)
    assert seen(shown)[0] == HEAD
    assert list(buttons(shown)) == ["Update…", "Verify containment…", "Resolve…"]
    assert primary(shown) == ["Update…"]
    assert {one["value"] for one in buttons(shown).values()} == {"42"}


def test_without_a_commander_command_is_to_be_taken() -> None:
    shown = card.pinned(facts(incident(commander=None), *PHASES), TEMPLATES, SCHEME)
    assert "Commander nobody yet" in seen(shown)[0]
    assert list(buttons(shown)) == ["Take command", "Update…", "Verify containment…", "Resolve…"]
    assert primary(shown) == ["Take command"]


def test_a_resolved_incident_can_be_reopened_and_has_no_clock() -> None:
    shown = card.pinned(facts(resolved(), *PHASES), TEMPLATES, SCHEME)
    assert seen(shown) == [
        (
            "🔴 *SEV1 · INC-42 · Agent leaks customer data*\n"
            "✅ Resolved · Commander <@U0ANN> · lasted 12 min · <#C0ROOM>"
        ),
        "Contain 2/2 ✔ · Preserve evidence 1/2 · Recover 0/1 · Review 0/1",
        "Close…",
        "Reopen",
    ]
    assert list(buttons(card.announcement(facts(resolved(), *PHASES), TEMPLATES, SCHEME))) == ["Join"]


@pytest.mark.parametrize(
    ("minutes", "said"), [(1, "next update"), (0, "overdue since"), (-3, "overdue since")]
)
def test_the_next_update_is_due_or_overdue(minutes: int, said: str) -> None:
    due = NOW + minutes * MINUTE
    shown = seen(card.pinned(facts(incident(next_update_at=due)), TEMPLATES, SCHEME))
    assert f"{said} {date(due)}" in shown[1]
    assert ("⏰" in shown[1]) == (minutes <= 0)


def test_an_incident_of_which_nothing_is_known_yet_has_a_card() -> None:
    bare = incident(next_update_at=None, channel_id=None, summary="  \n", commander=None)
    shown = card.pinned(facts(bare), TEMPLATES, SCHEME)
    assert [row.split("\n")[0] for row in seen(shown)] == [
        "🔴 *SEV1 · INC-42 · Agent leaks customer data*",
        "Take command",
        "Update…",
        "Verify containment…",
        "Resolve…",
        "Roles…",
        "Assess the severity…",
        "Cancel as a false positive…",
        "Merge as a duplicate…",
    ]


def test_what_could_not_be_done_is_said_five_times_at_most() -> None:
    problems = {str(number): f"Could not invite <@U0ANN> {number}" for number in range(7)}
    shown = seen(card.pinned(facts(incident(problems=problems)), TEMPLATES, SCHEME))
    assert shown[2].split("\n") == [f"⚠️ Could not invite <@U0ANN> {number}" for number in range(5)]


def test_the_topic_says_it_all_in_one_line() -> None:
    assert card.topic(incident()) == (
        "SEV1 · 🔎 Investigating · INC-42 · Agent leaks customer data · Commander <@U0ANN>"
    )


@given(hostile(120, least=1), st.sampled_from([ANN, None, "U" + "9" * 20]))
def test_any_title_gives_a_topic_that_slack_takes(title: str, commander: str | None) -> None:
    topic = card.topic(incident(title=title, commander=commander))
    assert len(topic) <= 250
    assert "\n" not in topic
    assert_ours(topic.replace(f"<@{'U' + '9' * 20}>", ""))
    assert topic.split(" · ")[-1].startswith("Commander ")


@st.composite
def incidents(draw: st.DrawFn) -> Incident:
    """An incident in any state, with people's words everywhere."""
    made = draw(st.sampled_from([incident, resolved]))
    return made(
        id=draw(st.sampled_from([1, 10**9])),
        title=draw(hostile(120, least=1)),
        summary=draw(hostile(1500)),
        severity=draw(st.sampled_from(["SEV0", "SEV4", "SEV9"])),
        commander=draw(st.sampled_from([ANN, None])),
        channel_id=draw(st.sampled_from([None, "C0ROOM"])),
        problems={str(number): Mrkdwn("⚠ <@U0ANN> " * 80) for number in range(draw(st.integers(0, 6)))},
    )


@HURRIED
@given(incidents(), st.lists(hostile(100, least=1), max_size=20), hostile(1500))
def test_any_card_is_taken_by_slack_and_nobodys_words_are_markup(
    one: Incident, titles: list[str], state: str
) -> None:
    phases = [phase(*(item(number) for number in range(40)), title=title) for title in titles]
    for draw in (card.announcement, card.pinned):
        seen(draw(facts(one, *phases, last=told(state=state)), TEMPLATES, SCHEME))
