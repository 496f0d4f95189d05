import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.views import answers
from incidents.checklist import ItemState, Verdict
from incidents.ports import Message
from tests.bot.views.conftest import (
    ANN,
    HURRIED,
    MINUTE,
    NOW,
    buttons,
    date,
    hostile,
    incident,
    item,
    primary,
    resolved,
    seen,
)

DUE = date(NOW + 18 * MINUTE)
LISTED = (
    "🔴 SEV1 · INC-42 · Agent leaks customer data\n"
    f"🔎 Investigating · Commander <@U0ANN> · declared {date(NOW - 12 * MINUTE, '{ago}', '%Y-%m-%d %H:%M')} · <#C0ROOM>"
)


@given(hostile(5000, least=1))
def test_a_sentence_is_shown_as_it_is(sentence: str) -> None:
    message = answers.say(sentence[:4000])
    seen(message)
    assert message.text == sentence[:4000]


def test_a_warning_is_readable_as_a_notification_too() -> None:
    message = answers.warning("Could not invite <@U0ANN> to <#C0ROOM> &amp; others")
    assert seen(message) == ["⚠️ Could not invite <@U0ANN> to <#C0ROOM> &amp; others"]
    assert message.text == "⚠️ Could not invite somebody to the channel & others"


def test_what_went_wrong_has_a_reference_and_says_what_to_do() -> None:
    (said,) = seen(answers.went_wrong("a1b2"))
    assert "try again" in said
    assert said.endswith("Reference: a1b2")


@pytest.mark.parametrize(
    ("state", "verdict", "said"),
    [
        (
            ItemState.DONE,
            Verdict.ALREADY,
            "“Item 1” was done already, by <@U0BOB> at {at}. Nothing was changed.",
        ),
        (
            ItemState.SKIPPED,
            Verdict.STALE,
            (
                "“Item 1” changed since you saw it: it was skipped by <@U0BOB> at {at}. "
                "Your press did nothing; the message shows the state now."
            ),
        ),
        (
            ItemState.OPEN,
            Verdict.ALREADY,
            "“Item 1” was opened again already, meanwhile. Nothing was changed.",
        ),
    ],
)
def test_a_press_that_changed_nothing_says_who_was_first(
    state: ItemState, verdict: Verdict, said: str
) -> None:
    message = answers.press_refused(item(1, state), verdict)
    assert seen(message) == [said.format(at=date(NOW - 4 * MINUTE))]
    assert message.text == "Item 1: nothing was changed."


@given(hostile(200, least=1), st.sampled_from(ItemState), st.sampled_from([Verdict.ALREADY, Verdict.STALE]))
def test_any_item_may_be_refused(text: str, state: ItemState, verdict: Verdict) -> None:
    seen(answers.press_refused(item(1, state, text=text), verdict))


def test_it_is_done() -> None:
    assert seen(answers.done("Published in <#C0ROOM>.")) == ["Published in <#C0ROOM>."]


def test_who_joins_is_told_the_way() -> None:
    assert seen(answers.joined(incident())) == ["You are in: <#C0ROOM>"]
    assert seen(answers.joined(incident(channel_id=None))) == ["You are in: channel opening…"]


def test_open_incidents_are_listed() -> None:
    message = answers.incident_list([incident(), incident(id=41, title="Another")], 2)
    shown = seen(message)
    assert shown[:2] == ["*2 open*", LISTED]
    assert "INC-41 · Another" in shown[2]
    assert message.text == "2 open incidents"


def test_where_there_are_more_that_is_said() -> None:
    assert seen(answers.incident_list([incident()], 30))[0] == "*30 open*, the newest 1 shown"


def test_where_there_is_none_the_way_to_declare_is_shown() -> None:
    assert seen(answers.incident_list([], 0)) == [
        "No incident is open. Declare one with: /incident declare sev2 What is wrong"
    ]


@HURRIED
@example("&" * 120, ANN)
@given(hostile(120, least=1), st.sampled_from([None, ANN]))
def test_any_twenty_incidents_fit(title: str, commander: str | None) -> None:
    listed = [incident(id=10**9 + number, title=title, commander=commander) for number in range(20)]
    seen(answers.incident_list(listed, 10**6))


def test_which_incident_is_asked_with_an_example() -> None:
    assert answers.which_incident("update", [incident(), incident(id=41)]) == (
        "Which incident? Use this in an incident's channel, or name one: /incident update INC-42. "
        "Open: INC-42, INC-41."
    )
    assert answers.which_incident("update", []).endswith("/incident update INC-1. No incident is open.")


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (
            answers.overdue(incident(), "<@U0ANN>", 0),
            f"⏰ <@U0ANN> the status update was due at {DUE}. People outside are waiting.",
        ),
        (
            answers.overdue(incident(), "<@U0ANN>", 10),
            f"🔔 <@U0ANN> nobody has published the status update that was due at {DUE}, 10 min ago. Please take it over.",
        ),
        (answers.update_soon(incident()), f"⏰ INC-42: your next status update is due at {DUE}."),
    ],
    ids=["overdue", "escalated", "soon"],
)
def test_a_reminder_says_when_and_offers_to_write(message: Message, said: str) -> None:
    assert seen(message) == [said, "Write update…"]
    assert primary(message) == ["Write update…"]
    assert buttons(message)["Write update…"]["value"] == "42"
    assert message.text.startswith("INC-42: ")


def test_a_reminder_for_what_has_no_time_is_readable() -> None:
    assert "due at now" not in seen(answers.update_soon(resolved()))[0]
