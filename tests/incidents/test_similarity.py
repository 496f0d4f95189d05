from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.similarity import THRESHOLD, likeness, same_source, similar, words_of


@dataclass(frozen=True)
class Known:
    title: str
    source: str | None = None


titles = st.text(max_size=40) | st.lists(
    st.sampled_from(["Agent", "agents", "leaks", "the", "data", "PII", "tool"]), max_size=5
).map(" ".join)
links = st.none() | st.sampled_from(["", " ", "https://a.example/1", "<https://A.example/1/>", "alert-7"])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Agent leaks customer data", "agent LEAKS customer data!"),
        ("Agent leaks customer data", "The agents leak customer data"),
        ("Agent leaks customer data", "Customer data: agent leaks it"),
        ("Agent leaks customer data", "SEV1 agent leaks customer data urgent"),
        ("Agent leaks customer data", "Support agent leaks customer data"),
        ("Réponse dangereuse", "reponse dangereuse"),
        ("Prompt-injection", "prompt injection"),
        ("客服代理泄露数据", "客服代理泄露数据"),
    ],
)
def test_the_same_thing_in_other_words(one: str, other: str) -> None:
    assert likeness(one, other) >= THRESHOLD


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Agent leaks customer data", "Agent stuck in a loop"),
        ("Agent leaks customer data", "Agent"),
        ("Agent leaks customer data", "Customer cannot log in"),
        ("Toxic output in chat", "Latency spike in chat"),
        ("the incident", "the incident"),
        ("", ""),
        ("!!!", "!!!"),
    ],
)
def test_another_thing(one: str, other: str) -> None:
    assert likeness(one, other) < THRESHOLD


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("The Agents leak PII, again", {"agent", "leak", "pii", "again"}),
        ("bus loss", {"bus", "loss"}),
        ("user_id  __x__", {"user_id", "x"}),
        ("is it the problem", set[str]()),
    ],
)
def test_the_words_that_count(title: str, words: set[str]) -> None:
    assert words_of(title) == words


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://a.example/x", "https://A.Example/x/", True),
        ("<https://a.example/x|look>", "https://a.example/x", True),
        ("https://a.example/x?p=1", "https://a.example/x?p=2", False),
        ("https://a.example/X", "https://a.example/x", False),
        ("alert-7", "alert-7", True),
        (None, None, False),
        ("", "", False),
        (" ", None, False),
    ],
)
def test_the_same_source(one: str | None, other: str | None, same: bool) -> None:  # noqa: FBT001 - a table
    assert same_source(one, other) is same


def test_the_same_source_wins_over_the_same_words() -> None:
    words, source = Known("Agent leaks data"), Known("Loop", "https://a.example/1")
    assert similar("Agent leaks data", "https://a.example/1", [words, source]) is source


def test_the_likest_wins_and_the_first_of_equals() -> None:
    near, exact, again = Known("Agent leaks data fast"), Known("Agent leaks data"), Known("agents leak data")
    assert similar("Agent leaks data", None, [near, exact, again]) is exact


def test_nothing_is_like_nothing() -> None:
    assert similar("Agent leaks data", "https://a.example/1", []) is None
    assert similar("", "", [Known("", ""), Known("the", None)]) is None


@given(one=titles, other=titles, link=links, link_of_other=links)
def test_it_is_symmetric(one: str, other: str, link: str | None, link_of_other: str | None) -> None:
    there = similar(one, link, [Known(other, link_of_other)])
    back = similar(other, link_of_other, [Known(one, link)])
    assert (there is None) is (back is None)
    assert 0 <= likeness(one, other) == likeness(other, one) <= 1


@given(titles)
def test_everything_with_words_is_like_itself(title: str) -> None:
    assert likeness(title, title) == (1 if words_of(title) else 0)
