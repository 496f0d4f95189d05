import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.views import blocks
from bot.views.mrkdwn import escape
from incidents.ports import Message
from tests.bot.views.conftest import hostile, seen, seen_view

TEXT = hostile(4000, least=1)


@given(TEXT, TEXT, TEXT)
def test_every_stone_fits_whatever_it_says(text: str, label: str, value: str) -> None:
    drawn = [
        blocks.header(text),
        blocks.section(escape(text)),
        blocks.context(escape(label), escape(value)),
        blocks.divider(),
        blocks.actions(blocks.button(text, "a.b", value[:2000], style="danger", label=label), block_id="row"),
    ]
    seen(Message(text[:4000], drawn))


@given(TEXT, TEXT, TEXT, TEXT)
def test_every_input_fits_whatever_it_says(title: str, label: str, initial: str, hint: str) -> None:
    box = blocks.text_box("typed", initial=initial, limit=1500, placeholder=hint)
    menu = blocks.select("chosen", [(label, "one"), (title, "two")], initial="two", placeholder=hint)
    fields = [
        blocks.field(label, box, block_id="typed", hint=hint, optional=True),
        blocks.field(label, menu, block_id="chosen"),
    ]
    view = blocks.modal(title, fields, callback_id="f", submit=title, metadata="m")
    seen_view(view)
    assert len(box["initial_value"]) <= box["max_length"] == 1500
    assert menu["initial_option"] == menu["options"][1]


def test_slack_links_nothing_that_we_did_not() -> None:
    assert blocks.mrkdwn("@channel")["verbatim"] is True


def test_a_long_paragraph_is_cut_to_what_slack_takes() -> None:
    assert len(blocks.section("x" * 5000)["text"]["text"]) == blocks.SECTION_LIMIT


def test_a_context_leaves_out_what_is_empty() -> None:
    assert [one["text"] for one in blocks.context("a", "", "b")["elements"]] == ["a", "b"]


def test_a_menu_holds_a_hundred_choices() -> None:
    menu = blocks.select(
        "m", [(str(number), str(number)) for number in range(150)], initial="nothing like it"
    )
    assert len(menu["options"]) == 100
    assert "initial_option" not in menu


@pytest.mark.parametrize(("submit", "close"), [("Save", "Cancel"), (None, "Close")])
def test_a_modal_that_only_shows_is_closed_and_not_cancelled(submit: str | None, close: str) -> None:
    view = blocks.modal("Title", [blocks.divider()], callback_id="f", submit=submit)
    assert view["close"]["text"] == close
    assert ("submit" in view) == bool(submit)


@given(st.sampled_from([None, "primary", "danger"]))
def test_a_button_has_a_style_or_none(style: str | None) -> None:
    assert blocks.button("Join", "a.b", "1", style=style).get("style") == style


def test_a_button_can_ask_before_it_is_pressed() -> None:
    asking = blocks.button("Undo", "run.undo", "1", ask="It is let go again.")
    assert asking["confirm"]["text"]["text"] == "It is let go again."
    assert "confirm" not in blocks.button("Undo", "run.undo", "1")
