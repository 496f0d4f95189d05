import json

from hypothesis import given

from bot.views import contain
from incidents.action_answers import AnswerKind, Ask
from incidents.actions import TITLE_LIMIT, Action
from incidents.containment import Risk
from tests.bot.views.conftest import HURRIED, hostile, incident, seen, seen_view
from tests.incidents.runs_made import a_run

STOP = Action(title="Stop the agent", command="kubernetes_scale", target="Deployment prod/agent")
ASKS = {"ids": Ask(label="Conversation ids", kind=AnswerKind.IDS), "why": Ask(label="Reason", hint="Short")}


def test_each_action_has_its_button() -> None:
    offered = [contain.Offered("stop-agent", STOP, Risk.HIGH, in_playbook=True)]
    shown = contain.listed(incident(), offered)
    assert seen(shown)[1:] == [
        "📋 *Stop the agent* · risk: high · `stop-agent`\nDeployment prod/agent",
        "Run…",
    ]
    assert shown.blocks[1]["accessory"]["value"] == "42:stop-agent"


def test_a_long_list_fits_and_says_how_many_are_left_out() -> None:
    offered = [contain.Offered(f"a-{n}", STOP, Risk.LOW, in_playbook=False) for n in range(60)]
    assert "20 more" in seen(contain.listed(incident(), offered))[-1]


def test_the_form_asks_what_the_action_asks_and_keeps_what_it_is_about() -> None:
    view = contain.form(42, "stop-agent", STOP, ASKS, item_id=7)
    assert {"Conversation ids", "Reason", "Short"} <= set(seen_view(view))
    assert json.loads(view["private_metadata"]) == {"incident": 42, "action": "stop-agent", "item": 7}
    assert view["blocks"][1]["element"]["multiline"]


def test_breaking_the_glass_says_who_will_hear_of_it() -> None:
    view = contain.glass(incident(), a_run(id=9))
    assert "on-call is paged" in seen_view(view)[0]
    assert view["private_metadata"] == "42:9"


@given(title=hostile(TITLE_LIMIT, least=1), words=hostile(2000, least=1))
@HURRIED
def test_whatever_stands_in_the_configuration_is_text(title: str, words: str) -> None:
    action = STOP.model_copy(update={"title": title, "description": words})
    offered = [contain.Offered(f"a-{n}", action, Risk.LOW, in_playbook=False) for n in range(40)]
    seen(contain.listed(incident(), offered))
    seen_view(contain.form(1, "a", action, ASKS, item_id=None))
    seen_view(contain.glass(incident(), a_run(title=title)))
