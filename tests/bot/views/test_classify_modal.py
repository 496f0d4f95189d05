"""The form of the classification: every choice that there is, filled with what is known, within Slack's limits."""

import json

from hypothesis import given

from bot.listeners.classify import TAG_LIMIT
from bot.views import classify_modal
from incidents.classification import Classification
from incidents.taxonomies import TAXONOMIES
from tests.bot.views.conftest import hostile, incident, seen_view


def test_every_choice_is_offered_whole_and_nothing_is_asked_for() -> None:
    view = classify_modal.form(incident(), "C0ROOM")
    shown = seen_view(view)
    for taxonomy in TAXONOMIES.values():
        assert taxonomy.title in shown
        for kind in taxonomy.kinds:
            assert (f"{kind.name}: {kind.description}" if kind.description else kind.name) in shown
    assert "Not known" in shown, "as the menus' placeholder"
    assert all(block["optional"] for block in view["blocks"][1:])
    assert json.loads(view["private_metadata"]) == {"incident": 42, "origin": "C0ROOM", "shown": {}}


def test_it_is_filled_with_what_is_known_and_that_can_be_taken_away() -> None:
    known = Classification(
        incident_type="pii_exposure", signals=("data_exposure",), atlas=("AML.T0051", "AML.T0054")
    )
    view = classify_modal.form(incident(classification=known.model_dump(mode="json")), "")
    seen_view(view)
    element = {block["block_id"]: block["element"] for block in view["blocks"][1:]}
    assert element["incident_type"]["initial_option"]["value"] == "pii_exposure"
    assert element["incident_type"]["options"][0]["value"] == classify_modal.NOTHING
    assert [one["value"] for one in element["signals"]["initial_options"]] == ["data_exposure"]
    assert element["atlas"]["initial_value"] == "AML.T0051, AML.T0054"
    assert "initial_value" not in element["owasp"]
    assert all(one["value"] != classify_modal.NOTHING for one in element["agent_type"]["options"])
    assert Classification.model_validate(json.loads(view["private_metadata"])["shown"]) == known


@given(hostile(120, least=1))
def test_the_fullest_form_is_taken_by_slack(title: str) -> None:
    full = Classification.model_validate(
        {
            **{one.id: one.kinds[-1].id for one in TAXONOMIES.values() if not one.several},
            "signals": [kind.id for kind in TAXONOMIES["signals"].kinds],
            "atlas": [f"AML.T{number:04}.001" for number in range(TAG_LIMIT)],
            "owasp": [f"LLM10:{2000 + number}" for number in range(TAG_LIMIT)],
        }
    )
    view = classify_modal.form(
        incident(id=10**9, title=title, classification=full.model_dump(mode="json")), "C0ROOM"
    )
    seen_view(view)
    element = {block["block_id"]: block["element"] for block in view["blocks"][1:]}
    assert element["atlas"]["initial_value"].split(", ") == list(full.atlas), "nothing is cut"
    assert element["owasp"]["initial_value"].split(", ") == list(full.owasp)
