"""What is told of an incident's kind: within what Slack takes, and only what is known."""

import pytest

from bot.views import card, classification
from incidents.classification import Classification
from incidents.severity import DEFAULT_SCHEME
from incidents.severity_presets import PRESETS
from tests.bot.views.conftest import SCHEME, TEMPLATES, buttons, facts, incident, resolved, seen

PII = Classification(incident_type="pii_exposure", failure_mode="prompt_injection")


def test_the_card_names_type_and_failure_mode_and_nothing_before_they_are_known() -> None:
    known = incident(classification=PII.model_dump(mode="json"))
    assert "🏷️ PII exposure · Prompt injection" in seen(card.pinned(facts(known), TEMPLATES, SCHEME))
    assert classification.line(incident(classification={"atlas": ["AML.T0051"]})) == ""
    assert classification.line(incident(type="pii_exposure")) == "🏷️ PII exposure"


def test_the_answer_says_what_such_incidents_ask_for() -> None:
    message = classification.answer(incident(), PII, ["Incident type set to PII exposure."], DEFAULT_SCHEME)
    assert seen(message) == [
        "🏷️ *INC-42 is classified.*\n• Incident type set to PII exposure.",
        "Such incidents are typically *SEV0 or SEV1*; this one is SEV1 now.",
        "Escalate to: *Security, Legal*",
    ]
    assert buttons(message) == {}


def test_another_severity_than_the_usual_one_can_be_assessed_while_it_is_open() -> None:
    mild = classification.answer(incident(severity="SEV3"), PII, [], DEFAULT_SCHEME)
    assert seen(mild)[0] == "🏷️ *INC-42 was classified so already.*\nNothing was changed."
    assert "this one is SEV3 now. Does that still hold?" in seen(mild)[1]
    assert buttons(mild)["Assess…"]["action_id"] == "assess.open"
    assert buttons(classification.answer(resolved(severity="SEV3"), PII, [], DEFAULT_SCHEME)) == {}


@pytest.mark.parametrize("name", PRESETS)
def test_levels_that_the_workspace_does_not_have_are_not_spoken_of(name: str) -> None:
    scheme = PRESETS[name]
    told = "\n".join(seen(classification.answer(incident(), PII, [], scheme)))
    assert [f"SEV{n}" for n in (0, 1) if f"*SEV{n}" in told or f"or SEV{n}*" in told] == [
        level for level in ("SEV0", "SEV1") if scheme.get(level)
    ]


def test_without_a_kind_nothing_is_said_of_severity_or_escalation() -> None:
    assert len(seen(classification.answer(incident(), Classification(), [], DEFAULT_SCHEME))) == 1
