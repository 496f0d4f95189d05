from bot.listeners import features
from bot.views import help as help_view
from bot.views.mrkdwn import escape
from incidents.severity import DEFAULT_SCHEME
from sandbox.blocks.check import check_message


def test_no_verb_stands_there_twice() -> None:
    names = [verb.name for verb in features.VERBS]
    assert len(set(names)) == len(names) >= 5
    assert "help" not in names


def test_every_verb_says_how_it_is_typed_and_what_it_does() -> None:
    for verb in features.VERBS:
        assert verb.help.usage.split()[0] == verb.name
        assert verb.name == verb.name.lower()
        assert verb.help.does.endswith(".")
        assert len(verb.help.does) > 20


def test_help_on_all_of_them_can_be_shown_whole() -> None:
    message = help_view.message([verb.help for verb in features.VERBS], DEFAULT_SCHEME)
    check_message(list(message.blocks))  # type: ignore[arg-type]
    shown = " ".join(block["text"]["text"] for block in message.blocks if block["type"] == "section")
    missing = [verb.name for verb in features.VERBS if escape(verb.help.does) not in shown]
    assert missing == [], "it was cut off"
