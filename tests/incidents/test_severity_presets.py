from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from incidents.errors import NotUnderstoodError
from incidents.severity import DEFAULT_SCHEME, SeverityLevel, SeverityScheme
from incidents.severity_presets import PRESETS, pages_on_change, preset

schemes = pytest.mark.parametrize("scheme", PRESETS.values(), ids=PRESETS.keys())


def _column(name: str, field: str) -> list[object]:
    return [getattr(level, field) for level in PRESETS[name].levels]


def test_the_names_that_can_be_chosen() -> None:
    assert list(PRESETS) == ["default", "sev0-3", "sev1-4"]
    assert preset(" SEV0-3 ") is PRESETS["sev0-3"]
    with pytest.raises(NotUnderstoodError) as caught:
        preset("sev5")
    assert str(caught.value) == 'There is no severity scheme "sev5". There are: default, sev0-3, sev1-4.'


def test_default_keeps_what_the_plain_scheme_says() -> None:
    assert PRESETS["default"] is DEFAULT_SCHEME
    assert _column("default", "page") == [True, True, True, False, False]
    assert _column("default", "urgency")[:3] == ["high", "high", "low"]
    assert _column("default", "retrospective_hours") == [48] * 5


def test_sev0_3_is_the_operations_guide() -> None:
    assert _column("sev0-3", "key") == ["SEV0", "SEV1", "SEV2", "SEV3"]
    assert _column("sev0-3", "name") == ["Critical", "High", "Medium", "Low"]
    assert _column("sev0-3", "response_minutes") == [15, 60, 240, 1440]
    assert _column("sev0-3", "update_minutes") == [30, 60, None, None]
    assert _column("sev0-3", "hours") == ["always", "always", "business", "business"]
    assert _column("sev0-3", "page") == [True, True, False, False]
    assert _column("sev0-3", "retrospective_hours") == [48] * 4


def test_sev1_4_is_the_on_call_playbook_with_the_platform_runbooks_times() -> None:
    assert _column("sev1-4", "key") == ["SEV1", "SEV2", "SEV3", "SEV4"]
    assert _column("sev1-4", "response_minutes") == [15, 60, 240, 1440]
    assert _column("sev1-4", "update_minutes") == [30, 60, None, None]
    assert _column("sev1-4", "page") == [True, True, False, False]
    assert _column("sev1-4", "hours") == ["always", "always", "business", "business"]
    assert _column("sev1-4", "retrospective_hours") == [72, 72, None, None]
    assert PRESETS["sev1-4"].levels[0].retrospective_due == timedelta(hours=72)
    assert PRESETS["sev1-4"].levels[3].retrospective_due is None


@schemes
def test_a_worse_level_is_never_slower(scheme: SeverityScheme) -> None:
    for worse, milder in pairwise(scheme.levels):
        assert worse.response_minutes <= milder.response_minutes
        assert (worse.update_minutes or 10_000) <= (milder.update_minutes or 10_000)
        assert worse.page >= milder.page


@schemes
def test_updates_follow_the_response_time(scheme: SeverityScheme) -> None:
    for level in scheme.levels:
        assert level.update_minutes == {15: 30, 60: 60}.get(level.response_minutes)


@schemes
def test_who_is_paged_answers_at_any_time_and_it_is_said_who(scheme: SeverityScheme) -> None:
    assert all(level.responders for level in scheme.levels)
    assert all(level.hours == "always" for level in scheme.levels if level.page)


@given(name=st.sampled_from(sorted(PRESETS)), data=st.data())
def test_raising_pages_and_lowering_does_not(name: str, data: st.DataObject) -> None:
    levels = st.sampled_from(PRESETS[name].levels)
    old, new = data.draw(levels), data.draw(levels)
    assert pages_on_change(old, new) is (new.page and new.rank < old.rank)
    assert not (pages_on_change(old, new) and pages_on_change(new, old))


@pytest.mark.parametrize(
    "reference", ["U0123ABCD", "S0123ABCD", "@oncall", "#status", "C0123ABCD", "a@b.example"]
)
def test_who_is_told_can_be_written_so(reference: str) -> None:
    assert _level(tell=(reference,)).tell == (reference,)


@pytest.mark.parametrize(
    "wrong",
    [
        {"tell": ("somebody",)},
        {"tell": ("<@U0123ABCD>",)},
        {"hours": "sometimes"},
        {"urgency": "medium"},
        {"retrospective_hours": 0},
        {"pages": True},
    ],
)
def test_a_level_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        _level(**wrong)


def _level(**more: object) -> SeverityLevel:
    return SeverityLevel.model_validate(
        {"key": "SEV1", "name": "Name", "definition": "What it means", "response_minutes": 5, **more}
    )
