from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from incidents.classification import Classification, changes, classification_of, merged, named_type
from incidents.errors import NotUnderstoodError
from incidents.incident import Incident
from incidents.severity import DEFAULT_SCHEME
from incidents.taxonomies import TAXONOMIES
from incidents.threat_tags import ATLAS, OWASP


def _choice(taxonomy: str) -> st.SearchStrategy[str | None]:
    return st.none() | st.sampled_from([kind.id for kind in TAXONOMIES[taxonomy].kinds])


classifications = st.builds(
    Classification,
    incident_type=_choice("incident_type"),
    failure_mode=_choice("failure_mode"),
    agent_type=_choice("agent_type"),
    system_type=_choice("system_type"),
    security_type=_choice("security_type"),
    signals=st.lists(st.sampled_from([kind.id for kind in TAXONOMIES["signals"].kinds]), max_size=4).map(
        tuple
    ),
    atlas=st.lists(st.sampled_from(list(ATLAS)), max_size=2).map(tuple),
    owasp=st.lists(st.sampled_from(list(OWASP)), max_size=2).map(tuple),
)


@pytest.mark.parametrize(
    ("kind", "typical", "escalate_to"),
    [
        ("mass_harmful_output", ("SEV0",), ("Executive", "Legal", "PR")),
        ("pii_exposure", ("SEV0", "SEV1"), ("Security", "Legal")),
        ("policy_violation", ("SEV2",), ("Safety team",)),
        ("policy_erosion_detected", ("SEV2", "SEV3"), ("Safety team",)),
        ("false_positive_spike", ("SEV3",), ("Product team",)),
    ],
)
def test_an_incident_type_has_its_severity_and_escalation(
    kind: str, typical: tuple[str, ...], escalate_to: tuple[str, ...]
) -> None:
    classification = Classification(incident_type=kind)
    assert classification.typical == typical
    assert classification.escalate_to == escalate_to


def test_all_kinds_together_say_how_severe_it_is_and_who_must_hear() -> None:
    classification = Classification(
        incident_type="policy_violation", agent_type="authorization_failure", security_type="pii_leak"
    )
    assert classification.typical == ("SEV1", "SEV2")
    assert classification.escalate_to == ("Safety team", "Security lead")


def test_it_is_described_field_by_field() -> None:
    classification = Classification(
        failure_mode="prompt_injection",
        signals=("guardrail_breach", "data_exposure"),
        atlas=("aml.t0051.001",),
        owasp=("LLM01",),
    )
    assert classification.described() == (
        "Failure mode: Prompt injection",
        "Signals: Guardrail breach, Data exposure",
        "MITRE ATLAS: AML.T0051.001 LLM Prompt Injection: Indirect",
        "OWASP LLM Top 10: LLM01:2026 Prompt Injection",
    )
    assert Classification().described() == ()


def test_changes_are_sentences() -> None:
    old = Classification(failure_mode="unknown", agent_type="runaway_agent")
    new = Classification(failure_mode="intent_drift", signals=("guardrail_breach",))
    assert changes(old, new) == (
        "Failure mode changed from Unknown or emergent to Intent drift.",
        "Agent taken away; it was Runaway agent.",
        "Signals set to Guardrail breach.",
    )


def test_another_order_is_no_change() -> None:
    one = Classification(signals=("guardrail_breach", "data_exposure"))
    other = Classification(signals=("data_exposure", "guardrail_breach", "data_exposure"))
    assert changes(one, other) == ()


@given(old=classifications, new=classifications)
def test_what_changed_there_changes_back(old: Classification, new: Classification) -> None:
    assert changes(old, old) == ()
    assert len(changes(old, new)) == len(changes(new, old))


@given(classifications)
def test_it_is_kept_as_json_and_typical_levels_exist(classification: Classification) -> None:
    assert Classification.model_validate_json(classification.model_dump_json()) == classification
    assert all(DEFAULT_SCHEME.get(level) for level in classification.typical)


@pytest.mark.parametrize(
    "wrong",
    [
        {"failure_mode": "gremlins"},
        {"signals": ["smoke"]},
        {"atlas": ["T1"]},
        {"owasp": ["LLM11"]},
        {"mood": "x"},
    ],
)
def test_what_no_taxonomy_knows_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Classification.model_validate(wrong)


def _incident(**more: object) -> Incident:
    known = {"id": 1, "title": "t", "severity": "SEV1", "playbook": "p", "reporter": "U1"}
    return Incident.model_validate({**known, "declared_at": datetime(2026, 3, 1, tzinfo=UTC), **more})


@given(classifications)
def test_what_an_incident_keeps_is_what_it_was_classified_as(known: Classification) -> None:
    kept = known.model_dump(mode="json")
    assert classification_of(_incident(classification=kept, type=known.incident_type)) == known


@pytest.mark.parametrize("declared_as", ["pii-exposure", "pii_exposure"])
def test_the_type_of_the_declaration_counts_until_it_is_classified(declared_as: str) -> None:
    assert classification_of(_incident(type=declared_as)) == Classification(incident_type="pii_exposure")
    assert classification_of(_incident(type=declared_as, classification={"incident_type": None})) == (
        Classification()
    )


def test_what_no_taxonomy_knows_any_more_is_left_open() -> None:
    kept = {"failure_mode": "gremlins", "mood": "bad", "atlas": ["AML.T0051"]}
    assert classification_of(_incident(type="vibes", classification=kept)) == Classification(
        atlas=("AML.T0051",)
    )


@given(classifications, classifications, classifications)
def test_of_two_writers_each_keeps_what_the_other_left_alone(
    now: Classification, shown: Classification, wanted: Classification
) -> None:
    after = merged(now, shown, wanted)
    for field in Classification.model_fields:
        touched = set(shown.chosen(field)) != set(wanted.chosen(field))
        assert after.chosen(field) == (wanted if touched else now).chosen(field)
    assert merged(now, shown, shown) == now


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("pii-exposure", "pii_exposure"),
        ("PII", "pii_exposure"),
        ("pii exposre", "pii_exposure"),
        ("Policy violation (isolated)", "policy_violation"),
        ("erosion", "policy_erosion_detected"),
        ("mass_harmful_output", "mass_harmful_output"),
    ],
)
def test_a_type_is_known_by_its_words(words: str, kind: str) -> None:
    assert named_type(words) == kind


@pytest.mark.parametrize("words", ["policy", "", "!!", "a leak of milk"])
def test_words_that_may_mean_several_types_or_none_are_asked_about(words: str) -> None:
    with pytest.raises(NotUnderstoodError, match="There are: mass harmful output, pii exposure,"):
        named_type(words)
