import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from incidents.action_answers import AnswerKind, Ask, read_answers
from incidents.errors import NotUnderstoodError

IDS = Ask(label="Conversation ids", kind=AnswerKind.IDS)


@pytest.mark.parametrize(
    "pasted",
    ["a1 b2 c3", "a1,b2,c3", "a1\nb2\r\nc3\n", "a1; b2;; c3", '"a1", \'b2\',\n"c3"', "a1 b2 a1 c3 c3"],
)
def test_a_pasted_list_is_read_once_each_in_order(pasted: str) -> None:
    assert IDS.read(pasted) == ["a1", "b2", "c3"]


@pytest.mark.parametrize(
    ("ask", "words", "sentence"),
    [
        (IDS, "  ", "Conversation ids: write something."),
        (IDS, " ,; ", "Conversation ids: What is written can't be an id."),
        (IDS, "a1 ../b $(c)", 'Conversation ids: "../b", "$(c)" can\'t be an id.'),
        (IDS, "< > & ' {", 'Conversation ids: "<", ">", "&" and 1 more can\'t be an id.'),
        (
            IDS.model_copy(update={"limit": 2}),
            "a b c",
            "Conversation ids: these are 3 ids; 2 at a time is the most. Send them in parts.",
        ),
        (
            Ask(label="Ids", kind=AnswerKind.IDS, pattern="c-[0-9]+", hint="Such as c-17."),
            "c-1 17",
            'Ids: "17" can\'t be an id. Such as c-17.',
        ),
        (Ask(label="Why", limit=3), "four", "Why: that is 4 characters long; 3 is the most."),
        (Ask(label="Pack", pattern="[a-z]+"), "Pack!", "Pack: it must be of the form [a-z]+."),
        (
            Ask(label="Replicas", kind=AnswerKind.NUMBER),
            "-1",
            "Replicas: write a whole number such as 3.",
        ),
        (
            Ask(label="Replicas", kind=AnswerKind.NUMBER),
            "٣",
            "Replicas: write a whole number such as 3.",
        ),
        (
            Ask(label="Replicas", kind=AnswerKind.NUMBER, limit=5),
            "6",
            "Replicas: 6 is too large; 5 is the most.",
        ),
    ],
)
def test_what_is_wrong_is_told(ask: Ask, words: str, sentence: str) -> None:
    with pytest.raises(NotUnderstoodError) as caught:
        ask.read(words)
    assert str(caught.value) == sentence


def test_a_pattern_must_fit_the_whole() -> None:
    with pytest.raises(NotUnderstoodError):
        Ask(label="Pack", pattern="[a-z]+").read("a\nb")


def test_answers_become_parameters() -> None:
    asks = {"ids": IDS, "replicas": Ask(label="Replicas", kind=AnswerKind.NUMBER), "why": Ask(label="Why")}
    written = {"ids": "a b", "replicas": " 3 ", "why": " It leaks. "}
    assert read_answers(asks, written) == {"ids": ["a", "b"], "replicas": 3, "why": "It leaks."}
    with pytest.raises(NotUnderstoodError, match="Replicas: write something"):
        read_answers(asks, {"ids": "a"})
    with pytest.raises(
        NotUnderstoodError, match='does not ask for "namespace"; it asks for ids, replicas, why'
    ):
        read_answers(asks, {**written, "namespace": "kube-system"})
    with pytest.raises(NotUnderstoodError, match="it asks for nothing"):
        read_answers({}, {"a": "b"})


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"kind": "text", "limit": 4000}, "limit can be 3000 characters at most, not 4000"),
        ({"kind": "ids", "limit": 5001}, "limit can be 5000 ids at most"),
        ({"kind": "number", "pattern": "x"}, "a number has no pattern"),
        ({"pattern": "("}, "is no regular expression"),
        ({"kind": "date"}, "'text', 'ids' or 'number'"),
    ],
)
def test_a_wrong_field_is_told(wrong: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        Ask.model_validate({"label": "A field", **wrong})


@given(st.text(max_size=200))
def test_no_id_can_carry_markup_paths_or_a_shell(pasted: str) -> None:
    try:
        found = IDS.read(pasted)
    except NotUnderstoodError:
        return
    assert isinstance(found, list)
    assert all(id_ and not set(id_) & set("<>&|;$`'\"/\\{}()\0\n ") and id_[0] not in "-." for id_ in found)
