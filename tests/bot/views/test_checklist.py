import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.views import checklist
from incidents.checklist import ChecklistItem, ItemState, Move
from tests.bot.views.conftest import (
    ANN,
    BOB,
    HURRIED,
    MINUTE,
    NOW,
    buttons,
    date,
    hostile,
    incident,
    item,
    phase,
    primary,
    resolved,
    seen,
)

OPEN, DONE, SKIPPED = ItemState.OPEN, ItemState.DONE, ItemState.SKIPPED
FOUR_AGO = date(NOW - 4 * MINUTE)


def _clock(message_words: list[str]) -> str:
    return message_words[0].split("\n")[1]


def test_a_phase_shows_each_item_its_button_and_the_clock() -> None:
    contain = phase(
        item(1, text="Turn the kill switch on", detail="kubectl …"),
        item(2, DONE, text="Reduce traffic", version=1),
        item(3, text="Turn tools off", assignee=ANN),
        item(4, SKIPPED, text="Confirm in logs", reason="dashboard down", version=3),
    )
    shown = checklist.message(incident(), contain, 5, NOW)
    assert seen(shown) == [
        f"*1 · Contain*\n2/4 · ⏳ *over budget* since {date(NOW - 2 * MINUTE)} · minute 0–10",
        *("☐ Turn the kill switch on", "Done"),
        *(f"☑ ~Reduce traffic~ done by <@U0BOB> {FOUR_AGO}", "Undo"),
        *("☐ Turn tools off → <@U0ANN>", "Done"),
        *(f"⊘ Confirm in logs\n_skipped: dashboard down_ · <@U0BOB> {FOUR_AGO}", "Undo"),
        *("Skip or assign…", "How to…", "Add an item…"),
    ]
    assert shown.text == "INC-42 checklist 1 of 5: Contain, 2 of 4 done"
    assert primary(shown) == []


def test_a_button_carries_what_the_person_saw_and_tells_a_screen_reader_what_it_does() -> None:
    shown = checklist.message(incident(), phase(item(1, DONE, text="Reduce traffic", version=3)), 1, NOW)
    undo = buttons(shown)["Undo"]
    assert (undo["value"], undo["action_id"]) == ("1:undo:3", checklist.MOVE)
    assert undo["accessibility_label"] == "Undo: Reduce traffic"
    assert checklist.press_value(item(5), Move.DO) == "5:do:0"


def test_what_is_assigned_no_longer_matters_once_it_is_done() -> None:
    shown = seen(checklist.message(incident(), phase(item(1, DONE, assignee=ANN)), 1, NOW))
    assert "→" not in shown[1]


@pytest.mark.parametrize(
    ("ends", "items", "clock"),
    [
        (None, [item(1)], "0/1 · no time limit"),
        (15, [item(1)], f"0/1 · minute 0–15 · until {date(NOW + 3 * MINUTE)}, 3 min left at the last change"),
        (15, [item(1, DONE)], f"1/1 ✅ complete at {FOUR_AGO}, in time · minute 0–15"),
        (5, [item(1, DONE)], f"1/1 ✅ complete at {FOUR_AGO}, 3 min over · minute 0–5"),
        (
            2880,
            [item(1)],
            f"0/1 · within 2 d · until {date(NOW + 2868 * MINUTE)}, 1 d 23 h left at the last change",
        ),
    ],
)
def test_the_clock_against_the_budget(ends: int | None, items: list[ChecklistItem], clock: str) -> None:
    shown = seen(checklist.message(incident(), phase(*items, ends_minute=ends), 1, NOW))
    assert _clock(shown) == clock


def test_a_resolved_incident_has_no_buttons_and_no_running_clock() -> None:
    shown = checklist.message(resolved(), phase(item(1), item(2, DONE)), 1, NOW)
    assert buttons(shown) == {}
    assert _clock(seen(shown)) == "1/2 · minute 0–10"


def test_how_to_is_offered_where_there_is_something_to_read_and_adding_while_there_is_room() -> None:
    full = phase(*(item(number) for number in range(checklist.ITEM_LIMIT)))
    assert list(buttons(checklist.message(incident(), full, 1, NOW))) == ["Done", "Skip or assign…"]
    told = phase(item(1, detail="kubectl"))
    assert "How to…" in buttons(checklist.message(incident(), told, 1, NOW))


STATES = st.sampled_from(ItemState)


@HURRIED
@given(
    data=st.data(),
    title=hostile(100, least=1),
    count=st.sampled_from([0, 1, 40]),
    made=st.sampled_from([incident, resolved]),
)
def test_any_phase_is_taken_by_slack_and_nobodys_words_are_markup(
    data: st.DataObject, title: str, count: int, made: type
) -> None:
    kinds = data.draw(
        st.lists(st.tuples(STATES, hostile(200, least=1), hostile(300, least=1)), min_size=1, max_size=4)
    )
    items = []
    for number in range(count):
        state, text, reason = kinds[number % len(kinds)]
        items.append(item(number, state, text=text, reason=reason, assignee=ANN, detail=reason))
    seen(checklist.message(made(), phase(*items, title=title, position=19), 20, NOW))


@pytest.mark.parametrize("letter", ["x", "&"])
@pytest.mark.parametrize("state", [DONE, SKIPPED])
def test_however_long_the_words_who_did_it_can_be_read(letter: str, state: ItemState) -> None:
    one = {"text": letter * 200, "reason": letter * 300}
    items = [item(number, state, by=BOB, **one) for number in range(checklist.ITEM_LIMIT)]
    shown = seen(checklist.message(incident(), phase(*items), 1, NOW))
    rows = [text for text in shown if text.startswith(("☑", "⊘"))]
    assert len(rows) == checklist.ITEM_LIMIT
    assert all(row.endswith(f"<@U0BOB> {FOUR_AGO}") for row in rows)
    assert all(row.count("_") % 2 == 0 and row.count("~") % 2 == 0 for row in rows)


def test_forty_long_items_are_shown_whole() -> None:
    items = [item(number, DONE, text="x" * 200) for number in range(checklist.ITEM_LIMIT)]
    assert not any(
        "…" in text for text in seen(checklist.message(incident(), phase(*items), 1, NOW)) if "☑" in text
    )


def test_an_item_linked_to_an_action_offers_to_run_it_and_done_stays_reachable() -> None:
    linked = item(1, action="stop-agent", text="Stop it")
    shown = checklist.message(
        incident(),
        phase(linked, item(2, action="other"), item(3, DONE, action="stop-agent")),
        1,
        NOW,
        actions={"stop-agent"},
    )
    assert [name for name in seen(shown) if name in {"Run…", "Done", "Undo"}] == ["Run…", "Done", "Undo"]
    assert buttons(shown)["Run…"]["value"] == "1"
    assert "Done, skip or assign…" in buttons(shown)
