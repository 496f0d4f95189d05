import pytest

from bot.listeners.record import numbered, with_owner
from incidents.errors import NotUnderstoodError


@pytest.mark.parametrize(
    ("words", "text", "owner"),
    [
        ("Stay on v6 owner @bob", "Stay on v6", "@bob"),
        ("Stay on v6, owner: @bob", "Stay on v6", "@bob"),
        ("Stay on v6 (owner <@U123|bob>)", "Stay on v6", "<@U123|bob>"),
        ("Stay on v6 Owner @Bob Okafor", "Stay on v6", "@Bob Okafor"),
        ("Stay on v6 owner me", "Stay on v6", "me"),
        ("The owner decides", "The owner decides", ""),
        ("The owner @ann decides owner @bob", "The owner @ann decides", "@bob"),
        ("Stay on v6", "Stay on v6", ""),
        ("owner @bob", "owner @bob", ""),
        ("", "", ""),
    ],
)
def test_a_decision_may_end_with_its_owner(words: str, text: str, owner: str) -> None:
    assert with_owner(words) == (text, owner)


@pytest.mark.parametrize(
    ("words", "read"),
    [
        ("7 It was staging", ("", 7, "It was staging")),
        ("#7 It was staging", ("", 7, "It was staging")),
        ("7: It was\nstaging", ("", 7, "It was\nstaging")),
        ("INC-2 7 It was staging", ("INC-2", 7, "It was staging")),
        ("inc2 #7 1 key", ("inc2", 7, "1 key")),
        ("7", ("", 7, "")),
    ],
)
def test_a_correction_names_its_entry(words: str, read: tuple[str, int, str]) -> None:
    assert numbered(words) == read


@pytest.mark.parametrize("words", ["", "seven it was", "7th of May", "INC-2 it was", "# 7"])
def test_a_correction_without_a_number_is_not_understood(words: str) -> None:
    with pytest.raises(NotUnderstoodError, match="/incident correct 7"):
        numbered(words)
