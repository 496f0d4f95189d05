import re
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from incidents.incident import CHANNEL_NAME_LIMIT, TITLE_LIMIT, Incident, channel_name, parse_key
from incidents.lifecycle import Stage

DECLARED = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
SLACK_NAME = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
TITLES = st.text(max_size=TITLE_LIMIT)


def _incident(**more: object) -> Incident:
    return Incident.model_validate(
        {
            "id": 42,
            "title": "Agent leaks customer data",
            "severity": "SEV1",
            "playbook": "agentic-on-call",
            "reporter": "U1",
            "declared_at": DECLARED,
            **more,
        }
    )


def test_a_fresh_incident_is_open_and_leaderless() -> None:
    incident = _incident()
    assert incident.key == "INC-42"
    assert incident.status is Stage.DECLARED
    assert incident.commander is None
    assert incident.channel_id is None
    assert incident.problems == {}


def test_only_a_resolved_incident_is_not_open() -> None:
    assert [stage for stage in Stage if stage.is_over] == [
        Stage.RESOLVED,
        Stage.CLOSED,
        Stage.CANCELLED,
        Stage.MERGED,
    ]


@pytest.mark.parametrize("title", ["", "x" * (TITLE_LIMIT + 1)])
def test_a_title_is_there_and_fits(title: str) -> None:
    assert _incident(title="x" * TITLE_LIMIT).title
    with pytest.raises(ValidationError):
        _incident(title=title)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Agent leaks customer data", "inc-42-agent-leaks-customer-data"),
        ("  --Crème brûlée!! (prod) ", "inc-42-creme-brulee-prod"),
        ("GPT-4 & <tools>", "inc-42-gpt-4-tools"),
        ("snake_case.py", "inc-42-snake-case-py"),
        ("🔥🔥", "inc-42"),
        ("模型泄漏数据", "inc-42"),
        ("", "inc-42"),
        ("x" * 200, "inc-42-" + "x" * 73),
        ("a" * 72 + " b", "inc-42-" + "a" * 72),
    ],
)
def test_the_channel_is_named_after_the_title(title: str, name: str) -> None:
    assert channel_name(42, title) == name


def test_prefix_and_suffix_have_their_room() -> None:
    assert channel_name(7, "Ab cd", prefix="drill", suffix="-2") == "drill-7-ab-cd-2"
    assert channel_name(7, "🔥", suffix="-2") == "inc-7-2"
    assert channel_name(7, "x" * 200, suffix="-2") == "inc-7-" + "x" * 72 + "-2"


@given(number=st.integers(1, 10**9), title=TITLES, suffix=st.sampled_from(["", "-2", "-17"]))
@example(number=1, title="İstanbul ǅ ﬁ ½ K", suffix="")
def test_every_channel_name_is_one_that_slack_takes(number: int, title: str, suffix: str) -> None:
    name = channel_name(number, title, suffix=suffix)
    assert SLACK_NAME.fullmatch(name), name
    assert len(name) <= CHANNEL_NAME_LIMIT
    assert "--" not in name
    assert name.endswith(suffix)
    assert name == f"inc-{number}{suffix}" or name.startswith(f"inc-{number}-")


@given(st.tuples(st.integers(1, 10**6), TITLES), st.tuples(st.integers(1, 10**6), TITLES))
def test_the_number_in_front_tells_incidents_apart(one: tuple[int, str], other: tuple[int, str]) -> None:
    numbers = [int(channel_name(*each).split("-")[1]) for each in (one, other)]
    assert numbers == [one[0], other[0]]


@pytest.mark.parametrize("words", ["INC-42", "inc-42", "inc42", "Inc 42", "inc_42", "#42", " INC-42 "])
def test_an_id_is_read_however_it_is_typed(words: str) -> None:
    assert parse_key(words) == 42


@pytest.mark.parametrize(
    "words",
    ["", "42", "INC", "INC-", "INC-0", "INC-042", "INC--42", "INC-42x", "INC-4 2", "#", "##42", "INC-٤٢"],
)
def test_other_words_are_no_id(words: str) -> None:
    assert parse_key(words) is None


@given(st.integers(1, 999_999_999))
def test_an_incident_is_found_by_the_key_it_shows(number: int) -> None:
    assert parse_key(_incident(id=number).key) == number


@given(st.text(max_size=20))
def test_any_words_are_an_id_or_none(words: str) -> None:
    number = parse_key(words)
    assert number is None or str(number) in words
