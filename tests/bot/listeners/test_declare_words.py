import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.listeners.declare_words import Words, check_title, read
from incidents.errors import NotUnderstoodError
from incidents.incident import TITLE_LIMIT
from incidents.severity import DEFAULT_SCHEME

PLAIN = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=15).map(
    lambda text: "".join(text.split()) or "x"
)
WORD = PLAIN.filter(lambda word: not word.startswith(("--", "—", "–")))  # what phones make of --


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", Words()),
        ("   ", Words()),
        ("sev1 Agent leaks customer data", Words("SEV1", "Agent leaks customer data")),
        ("SEV1  Agent\n leaks", Words("SEV1", "Agent leaks")),
        ("s3 bucket is public", Words(title="s3 bucket is public")),
        ("sev 1 Agent leaks", Words("SEV1", "Agent leaks")),
        ("sev-2 Agent leaks", Words("SEV2", "Agent leaks")),
        ("sev1", Words("SEV1")),
        ("Agent leaks", Words(title="Agent leaks")),
        ("Agent leaks after sev1", Words(title="Agent leaks after sev1")),
        ("sev1 sev2 was wrong", Words("SEV1", "sev2 was wrong")),
        ("sev9 Agent leaks", Words(title="Agent leaks", unclear_severity="sev9")),
        ("sev9 sev1 Agent", Words(title="sev1 Agent", unclear_severity="sev9")),
        ("sev10 Agent leaks", Words(title="Agent leaks", unclear_severity="sev10")),
        ("sev1: Agent leaks", Words("SEV1", "Agent leaks")),
        ("2 agents leak", Words(title="2 agents leak")),
        ("sev1 Leak --playbook child-safety", Words("SEV1", "Leak", "child-safety")),
        ("sev1 Leak --playbook=child-safety now", Words("SEV1", "Leak now", "child-safety")),
        ("--playbook child-safety sev1 Leak", Words("SEV1", "Leak", "child-safety")),
        ("—playbook child-safety sev1 Leak", Words("SEV1", "Leak", "child-safety")),
        ("–Playbook=a Leak", Words(title="Leak", playbook="a")),  # what phones make of --
        ("--private sev1 Leak --drill", Words("SEV1", "Leak", flags=["private", "drill"])),
        ("sev1 Leak - of data -- now", Words("SEV1", "Leak - of data -- now")),
        ("sev1 Leak — of data", Words("SEV1", "Leak — of data")),
        ("sev1 <!channel> & 🔥", Words("SEV1", "<!channel> & 🔥")),
    ],
)
def test_what_is_typed_is_taken_apart(text: str, words: Words) -> None:
    assert read(text, DEFAULT_SCHEME) == words


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("sev1 Leak --playbook", "--playbook needs a name, such as: /incident declare"),
        (
            "sev1 Leak --urgent",
            "I don't know --urgent. There are --playbook NAME, --private, --drill and --page. Example: /incident declare",
        ),
        ("sev1 Leak --urgent=yes", "I don't know --urgent."),
    ],
)
def test_a_flag_that_makes_no_sense_is_told_with_an_example(text: str, told: str) -> None:
    with pytest.raises(NotUnderstoodError) as caught:
        read(text, DEFAULT_SCHEME)
    assert told in str(caught.value)


@given(st.lists(WORD, max_size=15), st.lists(WORD, max_size=15))
def test_no_word_of_the_title_is_lost(before: list[str], after: list[str]) -> None:
    text = " ".join(["sev1", *before, "--playbook", "mine", *after])
    assert read(text, DEFAULT_SCHEME) == Words("SEV1", " ".join([*before, *after]), "mine")


@given(st.lists(WORD, max_size=15))
def test_every_word_is_in_the_title_or_is_the_severity(words: list[str]) -> None:
    understood = read(" ".join(words), DEFAULT_SCHEME)
    named = understood.severity or understood.unclear_severity
    assert understood.title == " ".join(words[1:] if named else words)


@given(st.text(max_size=80))
def test_anything_typed_is_read_or_answered(text: str) -> None:
    try:
        words = read(text, DEFAULT_SCHEME)
    except NotUnderstoodError:
        return
    assert set(words.title.split()) <= set(text.split())


def test_a_title_that_does_not_fit_is_told_with_both_lengths() -> None:
    check_title("x" * TITLE_LIMIT)
    with pytest.raises(NotUnderstoodError, match=r"The title has 121 characters and 120 fit"):
        check_title("x" * (TITLE_LIMIT + 1))
