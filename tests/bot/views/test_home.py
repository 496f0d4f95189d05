import pytest
from hypothesis import given

from bot.views import home
from bot.views.home import DECISIONS_SHOWN, ITEMS_SHOWN, HomeFacts
from incidents.crew import Crew, Holder
from incidents.roles import Role
from incidents.timeline import EntryKind, TimelineEntry
from tests.bot.views.conftest import (
    ANN,
    BOB,
    CYD,
    HURRIED,
    MINUTE,
    NOW,
    buttons,
    hostile,
    incident,
    item,
    primary,
    seen_view,
)


def decision(text: str = "Stay on v6") -> TimelineEntry:
    return TimelineEntry(
        incident_id=42,
        seq=1,
        at=NOW - MINUTE,
        actor=ANN,
        kind=EntryKind.DECISION,
        text=text,
        details={"owner": CYD},
    )


def titles(facts: HomeFacts) -> list[str]:
    shown = seen_view(home.view(facts), "home")
    return [text.strip("*") for text in shown if text.startswith("*") and text.endswith("*")]


def test_an_empty_home_offers_to_declare() -> None:
    view = home.view(HomeFacts(CYD, NOW))
    assert seen_view(view, "home") == ["Incidents", "Declare an incident…", "No incident is open."]
    assert primary(view) == ["Declare an incident…"]
    assert buttons(view)["Declare an incident…"]["action_id"] == "declare.open"


def test_an_incident_of_others_can_be_joined() -> None:
    view = home.view(HomeFacts(CYD, NOW, [incident()]))
    shown = seen_view(view, "home")
    assert shown[2] == "*Open incidents*"
    assert shown[3].startswith(
        "🔴 SEV1 · INC-42 · Agent leaks customer data\n🔎 Investigating · Commander <@U0ANN>"
    )
    assert (buttons(view)["Join"]["action_id"], buttons(view)["Join"]["value"]) == ("card.join", "42")
    assert len(shown) == 5, "no section without anything in it"


@pytest.mark.parametrize(
    ("user", "roles"), [(ANN, "Incident commander"), (BOB, "Scribe"), (CYD, "Incident commander, Scribe")]
)
def test_where_a_person_holds_a_role_it_is_theirs(user: str, roles: str) -> None:
    held = [
        Holder(role=Role.SCRIBE, user=BOB, since=NOW, by=BOB),
        Holder(role=Role.SCRIBE, user=CYD, since=NOW, by=BOB),
    ]
    crew = Crew(holders=tuple(held)).model_dump(mode="json")
    one = incident(crew=crew, commander=CYD if user == CYD else ANN)
    facts = HomeFacts(user, NOW, [one])
    assert titles(facts) == ["My incidents"]
    assert seen_view(home.view(facts), "home")[-1].endswith(f"\nYou: {roles}")


def test_what_is_overdue_stands_first_the_longest_overdue_before_the_others() -> None:
    late = [
        incident(id=1, next_update_at=NOW),
        incident(id=2, next_update_at=NOW - 5 * MINUTE),
        incident(id=3, next_update_at=NOW + MINUTE),
        incident(id=4, next_update_at=None),
    ]
    facts = HomeFacts(CYD, NOW, late)
    assert titles(facts) == ["⏰ Overdue updates", "Open incidents"]
    shown = seen_view(home.view(facts), "home")
    assert ["INC-2" in shown[3], "INC-1" in shown[5]] == [True, True]
    assert shown[4] == "Update…"
    assert shown[7] == "*Open incidents*"


def test_items_and_decisions_say_where_they_belong() -> None:
    view = home.view(
        HomeFacts(CYD, NOW, [incident(commander=CYD)], [(42, item(3, version=2))], 1, [decision()], 1)
    )
    shown = seen_view(view, "home")
    assert shown[2:5] == ["*☐ My items*", "☐ Item 3\nINC-42 · <#C0ROOM>", "Done"]
    assert buttons(view)["Done"]["value"] == "3:do:2"
    assert shown[5] == "*⚖️ My action items and decisions*"
    assert shown[6].startswith("Stay on v6\n<!date^")
    assert shown[6].endswith(" · INC-42 · <#C0ROOM>")


def test_a_drill_is_marked_wherever_it_stands() -> None:
    drill = incident(drill=True, next_update_at=NOW)
    facts = HomeFacts(CYD, NOW, [drill], [(42, item(3))], 1, [decision()], 1)
    about = [text for text in seen_view(home.view(facts), "home") if "INC-42" in text]
    assert len(about) == 4
    assert all("🧪 DRILL · " in text for text in about)


def test_more_than_fits_is_counted() -> None:
    shown = seen_view(home.view(full("Item", 500)), "home")
    assert [text for text in shown if " more: " in text] == [
        "90 more: /incident list",
        "480 more: the incidents' checklists",
        "490 more: /incident timeline",
        "35 more: /incident list",
        "25 more: /incident list",
    ]


@HURRIED
@given(hostile(120, least=1))
def test_any_home_is_taken_by_slack(title: str) -> None:
    seen_view(home.view(full(title, 10**6)), "home")


def full(title: str, many: int) -> HomeFacts:
    """Every section with more than it shows."""
    late = {"title": title, "next_update_at": NOW - MINUTE, "drill": True}
    mine = [incident(id=number, commander=CYD, **late) for number in range(150, 100, -1)]
    others = [incident(id=number, **late) for number in range(50, 0, -1)]
    return HomeFacts(
        CYD,
        NOW,
        [*mine, *others],
        [(42, item(number, text=title)) for number in range(ITEMS_SHOWN)],
        many,
        [decision(title)] * DECISIONS_SHOWN,
        many,
    )
