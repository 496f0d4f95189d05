import re

import pytest
from hypothesis import given

from bot.views import documents
from bot.views.documents import Documents
from tests.bot.views.conftest import hostile


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("# no heading", "\\# no heading"),
        ("- no item\n+ nor this\n1. nor this", "\\- no item\n\\+ nor this\n&#49;. nor this"),
        (
            "[no](link) <b> `code` *bold* _it_ ~s~",
            "\\[no\\](link) \\<b\\> \\`code\\` \\*bold\\* \\_it\\_ \\~s\\~",
        ),
        ("a | b & c", "a \\| b \\& c"),
        ("plain words, 1.5 and a-b", "plain words, 1.5 and a-b"),
    ],
)
def test_words_stay_words(text: str, escaped: str) -> None:
    assert documents.escape(text) == escaped


def test_quotations_keep_their_lines() -> None:
    assert documents.quoted("one\n\n# two") == "> one  \n>\n> \\# two  "
    assert documents.quoted_markup("*Current state:* a_b\n*x") == "> **Current state:** a\\_b  \n> \\*x  "


@given(hostile(300))
def test_whatever_is_quoted_stays_inside_its_quotation(text: str) -> None:
    for made in (documents.quoted(text), documents.quoted_markup(text)):
        assert all(line.startswith(">") for line in made.split("\n"))
        assert not re.search(r"(?<!\\)[<`\[]", made)


def test_values_are_words_on_one_line() -> None:
    values = {
        "incident": type("One", (), {"key": "INC-1", "title": "# A\n[b](c)"}),
        "severity": "",
        "status": "s",
        "declared_at": "d",
        "exported_at": "e",
        "count": 0,
        "updates": [],
    }
    values["incident"].severity = "SEV1"  # type: ignore[attr-defined]
    assert Documents().render("status_updates", values).startswith("# INC-1: \\# A \\[b\\](c)\n")
