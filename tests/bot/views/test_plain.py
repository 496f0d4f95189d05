from bot.views import plain
from incidents.timeline import EntryKind, TimelineEntry
from tests.bot.views.conftest import NOW, incident

NAMES = {"U0ANN": "ann"}


def _entry(text: str, **details: str) -> TimelineEntry:
    return TimelineEntry(
        incident_id=1, seq=1, at=NOW, actor="U0ANN", kind=EntryKind.NOTE, text=text, details=details
    )


def test_nothing_that_people_wrote_commands_a_terminal() -> None:
    evil = "\x1b[2Jgone\x07 \u202ereversed\u2066 \x9b31m"
    assert plain.clean(evil) == "[2Jgone reversed 31m"
    assert "\x1b" not in plain.line(incident(title=evil))
    assert "\x1b" not in plain.entry_line(_entry(evil, source="cli", reason=evil), {"U0ANN": evil})


def test_a_sentence_for_slack_is_read_without_markup_and_names_this_command() -> None:
    said = "You can't: <@U0ANN> can. Type `/incident role commander` &amp; wait."
    assert plain.sentence(said, NAMES) == "You can't: @ann can. Type cordon incident role commander & wait."


def test_an_entry_says_when_what_who_and_from_where() -> None:
    line = plain.entry_line(_entry("Key\nrevoked", source="cli", reason="Slack is down"), NAMES)
    assert line == f"{plain.at(NOW)} 📝 Note · ann · Key revoked (command line: Slack is down)"
    assert "command line" not in plain.entry_line(_entry("Key revoked"), NAMES)


def test_lists_say_how_many_there_are() -> None:
    assert plain.listed([], 0, {}) == "No incident is open."
    head, one = plain.listed([incident(commander="U0ANN")], 3, NAMES).splitlines()
    assert head == "3 open, the newest 1 shown"
    assert one.endswith("commander ann")
