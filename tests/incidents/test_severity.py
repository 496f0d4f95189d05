from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from incidents.errors import NotUnderstoodError
from incidents.severity import DEFAULT_SCHEME, SeverityLevel, SeverityScheme

KEYS = ["SEV0", "SEV1", "SEV2", "SEV3", "SEV4"]


def _level(key: str, **more: object) -> SeverityLevel:
    return SeverityLevel.model_validate(
        {"key": key, "name": "Name", "definition": "What it means", "response_minutes": 5, **more}
    )


@pytest.mark.parametrize(
    "words",
    [
        "sev1",
        "SEV1",
        "Sev-1",
        "sev_1",
        "sev 1",
        "severity 1",
        "Severity1",
        "s1",
        "S-1",
        "1",
        "  sev1 ",
        "sev1\n",
    ],
)
def test_a_level_is_found_however_it_is_typed(words: str) -> None:
    assert DEFAULT_SCHEME.find(words).key == "SEV1"


@pytest.mark.parametrize(
    "words", ["", "sev", "sev9", "sev10", "sev-", "one", "1 2", "x1", "sev1!", "sev١", "²"]
)
def test_what_is_no_level_is_told_with_those_there_are(words: str) -> None:
    with pytest.raises(NotUnderstoodError) as caught:
        DEFAULT_SCHEME.find(words)
    assert str(caught.value) == (
        f'I don\'t know the severity "{words}". This workspace has SEV0, SEV1, SEV2, SEV3 and SEV4.'
    )


@given(
    level=st.sampled_from(DEFAULT_SCHEME.levels),
    word=st.sampled_from(["severity", "sev", "s", "SEV", "Severity", ""]),
    between=st.text(" -_", max_size=3),
    around=st.text(" \t", max_size=2),
)
def test_every_form_of_every_level_is_found(
    level: SeverityLevel, word: str, between: str, around: str
) -> None:
    digit = level.key.removeprefix("SEV")
    assert DEFAULT_SCHEME.find(f"{around}{word}{between}{digit}{around}") is level


def _answer(words: str) -> str:
    try:
        return DEFAULT_SCHEME.find(words).key
    except NotUnderstoodError as error:
        return str(error)


@given(st.text(max_size=30))
def test_any_words_give_a_level_or_the_levels_there_are(words: str) -> None:
    answer = _answer(words)
    assert answer in KEYS or DEFAULT_SCHEME.spoken in answer


def test_a_level_that_this_scheme_lacks_is_not_found() -> None:
    scheme = SeverityScheme(levels=(_level("SEV1"), _level("SEV3")))
    assert scheme.spoken == "SEV1 and SEV3"
    assert scheme.find("s3").key == "SEV3"
    with pytest.raises(NotUnderstoodError, match="This workspace has SEV1 and SEV3"):
        scheme.find("sev2")


def test_one_level_alone_is_spoken_alone() -> None:
    assert SeverityScheme(levels=(_level("SEV2"),)).spoken == "SEV2"


def test_get_wants_the_exact_key() -> None:
    assert DEFAULT_SCHEME.get("SEV2") is DEFAULT_SCHEME.levels[2]
    assert DEFAULT_SCHEME.get("sev2") is None


def test_the_built_in_scheme() -> None:
    assert [level.key for level in DEFAULT_SCHEME.levels] == KEYS
    assert [level.rank for level in DEFAULT_SCHEME.levels] == [0, 1, 2, 3, 4]
    assert [level.response_minutes for level in DEFAULT_SCHEME.levels] == [15, 15, 60, 240, 1440]
    half, whole = timedelta(minutes=30), timedelta(minutes=60)
    assert [level.update_cadence for level in DEFAULT_SCHEME.levels] == [half, half, whole, None, None]


@pytest.mark.parametrize("keys", [["SEV1", "SEV0"], ["SEV1", "SEV1"], []])
def test_levels_are_distinct_and_ordered_and_there_is_one(keys: list[str]) -> None:
    with pytest.raises(ValidationError):
        SeverityScheme(levels=tuple(_level(key) for key in keys))


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": "sev1"},
        {"key": "SEV10"},
        {"key": "SEV1\n"},
        {"name": ""},
        {"name": "x" * 41},
        {"definition": ""},
        {"definition": "x" * 301},
        {"response_minutes": 0},
        {"update_minutes": 0},
        {"colour": "red"},
    ],
)
def test_a_level_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    assert _level("SEV1").key == "SEV1"
    with pytest.raises(ValidationError):
        _level(**{"key": "SEV1", **wrong})  # type: ignore[arg-type]  # wrong on purpose


def test_the_next_update_follows_the_levels_cadence() -> None:
    now = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
    assert DEFAULT_SCHEME.next_update("SEV1", now) == now + timedelta(minutes=30)
    assert DEFAULT_SCHEME.next_update("SEV4", now) is None
    assert DEFAULT_SCHEME.next_update("SEV9", now) is None
