from hypothesis import given

from bot.views import home
from tests.bot.views.conftest import HURRIED, buttons, hostile, incident, primary, seen_view


def test_an_empty_home_offers_to_declare() -> None:
    view = home.view([], 0)
    assert seen_view(view, "home") == ["Incidents", "Declare an incident…", "No incident is open."]
    assert primary(view) == ["Declare an incident…"]
    assert buttons(view)["Declare an incident…"]["action_id"] == "declare.open"


def test_open_incidents_are_shown_a_line_each_and_how_many_more_there_are() -> None:
    shown = seen_view(home.view([incident(id=number) for number in range(60, 0, -1)], 60), "home")
    assert shown[2].startswith(
        "🔴 SEV1 · INC-60 · Agent leaks customer data\n🔎 Investigating · Commander <@U0ANN>"
    )
    assert len(shown) == 2 + 40 + 1
    assert shown[-1] == "20 more: /incident list"


@HURRIED
@given(hostile(120, least=1))
def test_any_home_is_taken_by_slack(title: str) -> None:
    seen_view(home.view([incident(title=title)] * 60, 10**6), "home")
