import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.errors import NotUnderstoodError
from incidents.threat_tags import ATLAS, OWASP, atlas_tag, owasp_tag, read_tags, spoken_tag


@pytest.mark.parametrize(
    ("typed", "tag"),
    [
        ("AML.T0051", "AML.T0051"),
        (" aml.t0051.001 ", "AML.T0051.001"),
        ("AML.T9999.042", "AML.T9999.042"),
    ],
)
def test_a_technique(typed: str, tag: str) -> None:
    assert atlas_tag(typed) == tag


@pytest.mark.parametrize(
    "typed", ["", "T0051", "AML.T51", "AML.T0051.1", "AML.TA0005", "AML.T0051.0011", "AML.T٠٠٥١"]
)
def test_no_technique(typed: str) -> None:
    with pytest.raises(ValueError, match=r"Write it like AML\.T0051"):
        atlas_tag(typed)


@pytest.mark.parametrize(
    ("typed", "tag"), [("LLM01", "LLM01:2026"), ("llm10", "LLM10:2026"), (" LLM05:2025", "LLM05:2025")]
)
def test_a_risk_carries_its_edition(typed: str, tag: str) -> None:
    assert owasp_tag(typed) == tag


@pytest.mark.parametrize("typed", ["", "LLM", "LLM0", "LLM00", "LLM11", "LLM1", "LLM01:25", "ASI01"])
def test_no_risk(typed: str) -> None:
    with pytest.raises(ValueError, match="Write LLM01 to LLM10"):
        owasp_tag(typed)


def test_a_number_means_another_risk_in_another_edition() -> None:
    assert spoken_tag("LLM06:2026") == "LLM06:2026 Unbounded Consumption"
    assert spoken_tag("LLM06:2025") == "LLM06:2025 Excessive Agency"
    assert spoken_tag("AML.T0054") == "AML.T0054 LLM Jailbreak"
    assert spoken_tag("AML.T9999") == "AML.T9999"


def test_the_shipped_tags_are_tags() -> None:
    assert [atlas_tag(tag) for tag in ATLAS] == list(ATLAS) == sorted(ATLAS)
    assert [owasp_tag(tag) for tag in OWASP] == list(OWASP)
    assert len(OWASP) == 20


def test_typed_tags_are_parted_by_framework() -> None:
    assert read_tags("aml.t0051, LLM01; llm05:2025 AML.T0051") == (
        ("AML.T0051",),
        ("LLM01:2026", "LLM05:2025"),
    )
    assert read_tags("  ") == ((), ())
    with pytest.raises(NotUnderstoodError, match='"injection" is no ATLAS technique'):
        read_tags("LLM01 injection")


@given(st.lists(st.sampled_from([*ATLAS, *OWASP]), unique=True))
def test_what_is_spoken_in_ids_is_read_back(tags: list[str]) -> None:
    atlas, owasp = read_tags(", ".join(tags).lower())
    assert sorted((*atlas, *owasp)) == sorted(tags)
