import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.views import declare_modal
from bot.views.declare_modal import PLAYBOOK, SEVERITY, SUMMARY, TITLE
from incidents.severity import SeverityLevel, SeverityScheme
from tests.bot.views.conftest import SCHEME, buttons, hostile, incident, primary, seen, seen_view

PLAYBOOKS = [("agentic-on-call", "Agentic on-call"), ("child-safety", "Child safety")]


def _modal(draft: Mapping[str, str], scheme: SeverityScheme = SCHEME) -> Mapping[str, Any]:
    return declare_modal.modal(
        scheme, PLAYBOOKS, default_playbook="agentic-on-call", draft=draft, origin="C0ROOM"
    )


def test_the_form_asks_what_how_bad_and_by_which_playbook() -> None:
    view = _modal({})
    shown = seen_view(view)
    assert shown[:4] == ["What is wrong?", "Agent leaks customer data", "Severity", "🔴 SEV0 · Critical"]
    assert shown[8] == "Choose"
    assert shown[9].split("\n")[2] == f"*SEV2* Medium: {SCHEME.levels[2].definition}"
    asked = [block["label"]["text"] for block in view["blocks"] if block["type"] == "input"]
    assert asked == ["What is wrong?", "Severity", "Type", "Playbook", "What is known so far?", "Options"]
    elements = {block["block_id"]: block["element"] for block in view["blocks"] if block["type"] == "input"}
    assert "initial_option" not in elements[SEVERITY]
    assert elements[PLAYBOOK]["initial_option"]["value"] == "agentic-on-call"
    assert view["submit"]["text"] == "Declare"
    assert json.loads(view["private_metadata"]) == {"origin": "C0ROOM", "source": ""}


def test_what_is_known_is_filled_in() -> None:
    draft = {TITLE: "Leak", SEVERITY: "SEV2", PLAYBOOK: "child-safety", SUMMARY: "Seen by support"}
    view = _modal(draft)
    seen_view(view)
    elements = {block["block_id"]: block["element"] for block in view["blocks"] if block["type"] == "input"}
    assert elements[TITLE]["initial_value"] == "Leak"
    assert elements[SEVERITY]["initial_option"]["value"] == "SEV2"
    assert elements[PLAYBOOK]["initial_option"]["value"] == "child-safety"
    assert elements[SUMMARY]["initial_value"] == "Seen by support"


def test_a_scheme_with_ten_long_levels_can_be_chosen_from() -> None:
    levels = [
        SeverityLevel(key=f"SEV{number}", name="&" * 40, definition="<" * 300, response_minutes=1)
        for number in range(10)
    ]
    seen_view(_modal({}, SeverityScheme(levels=tuple(levels))))


@given(hostile(400), st.sampled_from(["", "SEV1", "SEV9"]), hostile(200), hostile(3000))
def test_any_draft_can_be_carried_on_with(title: str, severity: str, playbook: str, summary: str) -> None:
    seen_view(_modal({TITLE: title, SEVERITY: severity, PLAYBOOK: playbook, SUMMARY: summary}))


def test_a_declaration_is_confirmed_at_once_and_again_when_the_channel_is_there() -> None:
    assert seen(declare_modal.declared(incident())) == [
        (
            "*🔴 SEV1 · INC-42 · Agent leaks customer data* is declared.\n"
            "Opening its channel now; you will be invited."
        )
    ]
    assert seen(declare_modal.opened(incident())) == ["INC-42: go to <#C0ROOM>"]


@given(hostile(120, least=1))
def test_any_incident_is_confirmed(title: str) -> None:
    seen(declare_modal.declared(incident(title=title)))
    seen(declare_modal.opened(incident(title=title)))


def test_what_was_not_understood_loses_nothing() -> None:
    draft = {TITLE: "Agent leaks", SEVERITY: "", PLAYBOOK: ""}
    message = declare_modal.not_understood('I don\'t know the severity "sev9".', draft, "SEV1")
    assert seen(message) == [
        'I don\'t know the severity "sev9".\nYour text is kept: “Agent leaks”',
        "Declare as SEV1",
        "Choose…",
    ]
    assert primary(message) == ["Declare as SEV1"]
    values = {name: json.loads(button["value"]) for name, button in buttons(message).items()}
    assert values == {"Declare as SEV1": {**draft, SEVERITY: "SEV1"}, "Choose…": draft}


def test_without_a_suggestion_or_a_title_there_is_only_the_choice() -> None:
    for draft, suggestion in [({TITLE: "Leak"}, None), ({TITLE: ""}, "SEV1")]:
        assert list(buttons(declare_modal.not_understood("Why", draft, suggestion))) == ["Choose…"]


@given(hostile(3000, least=1), hostile(3000))
def test_any_mistake_can_be_told(sentence: str, title: str) -> None:
    message = declare_modal.not_understood(sentence, {TITLE: title}, "SEV1" if len(title) <= 120 else None)
    seen(message)
    for button in buttons(message).values():
        assert json.loads(button["value"])[TITLE] == title


@pytest.mark.parametrize(("length", "kept"), [(1900, True), (2000, False)])
def test_a_text_too_long_for_a_button_is_shown_and_not_carried(length: int, *, kept: bool) -> None:
    message = declare_modal.not_understood("Too long", {TITLE: "x" * length}, None)
    assert seen(message)[0].startswith("Too long\nYour text is kept: “xxx")
    assert bool(buttons(message)) == kept
