from hypothesis import given

from bot.views import checklist_modals
from incidents.checklist import ITEM_TEXT_LIMIT, REASON_LIMIT, ItemState
from tests.bot.views.conftest import HURRIED, hostile, item, phase, seen_view

DONE = ItemState.DONE


def test_an_open_item_is_skipped_or_assigned() -> None:
    view = checklist_modals.change(phase(item(1, DONE), item(2, version=5), item(3)))
    assert seen_view(view) == [
        *("Item", "Item 2", "Item 3", "Which item"),
        *("What to do", "Skip it, for this reason", "Give it to this person", "It is done, by hand"),
        *("Reason", "Needed to skip: it stands in the record."),
        *("Person", "Choose a person", "Needed to assign."),
    ]
    values = [option["value"] for option in view["blocks"][0]["element"]["options"]]
    assert values == ["2:5", "3:0"]
    assert view["blocks"][2]["element"]["max_length"] == REASON_LIMIT
    assert (view["submit"]["text"], view["private_metadata"]) == ("Save", "7")


def test_where_nothing_is_open_that_is_said_and_nothing_can_be_sent() -> None:
    view = checklist_modals.change(phase(item(1, DONE)))
    assert seen_view(view) == [
        "Every item of this phase is done or skipped. Use Undo beside an item to open it again."
    ]
    assert "submit" not in view


def test_an_item_is_added() -> None:
    view = checklist_modals.add(phase(item(1)))
    assert seen_view(view) == ["To *Contain*", "Item", "What has to be done"]
    assert view["blocks"][1]["element"]["max_length"] == ITEM_TEXT_LIMIT
    assert (view["submit"]["text"], view["private_metadata"]) == ("Add", "7")


def test_how_items_are_done_can_be_read() -> None:
    view = checklist_modals.details(phase(item(1), item(2, detail="kubectl scale <deployment>\n```\ndone")))
    assert seen_view(view) == ["*Item 2*\n```kubectl scale &lt;deployment&gt;\nʼʼʼ\ndone```"]
    assert (view["title"]["text"], "submit" in view) == ("Contain", False)


def test_a_long_detail_stays_code_to_its_end() -> None:
    (shown,) = seen_view(checklist_modals.details(phase(item(1, text="&" * 200, detail="<" * 1500))))
    assert shown.endswith("…```")
    assert shown.count("```") == 2


@HURRIED
@given(hostile(100, least=1), hostile(200, least=1), hostile(1500, least=1))
def test_any_phase_can_be_changed_and_read(title: str, text: str, detail: str) -> None:
    full = phase(*(item(number, text=text, detail=detail[:500]) for number in range(40)), title=title)
    seen_view(checklist_modals.change(full))
    seen_view(checklist_modals.add(full))
    seen_view(checklist_modals.details(full))
    seen_view(checklist_modals.details(phase(item(1, text=text, detail=detail), title=title)))


def test_details_that_are_too_much_together_are_shortened() -> None:
    full = phase(*(item(number, text="<!channel>" * 20, detail="🔥" * 1500) for number in range(40)))
    shown = seen_view(checklist_modals.details(full))
    assert len(shown) == 40
    assert all(one.endswith("…```") for one in shown)
