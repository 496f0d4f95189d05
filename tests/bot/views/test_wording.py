import pytest

from bot.views import wording
from bot.views.mrkdwn import Mrkdwn
from incidents.lifecycle import Stage
from incidents.severity import DEFAULT_SCHEME
from incidents.status_update import UpdateFields
from tests.bot.views.conftest import ANN, MINUTE, NOW, SCHEME, date, incident, resolved


@pytest.mark.parametrize(
    ("severity", "mark"),
    [("SEV0", "🔴"), ("SEV1", "🔴"), ("SEV2", "🟠"), ("SEV3", "🟡"), ("SEV4", "🔵"), ("SEV9", "🔵")],
)
def test_each_severity_has_its_mark(severity: str, mark: str) -> None:
    assert wording.mark(severity) == mark


@pytest.mark.parametrize("status", Stage)
def test_a_status_is_a_mark_beside_a_word(status: Stage) -> None:
    mark, word = wording.status(incident(status=status)).split(" ", 1)
    assert not mark.isascii()
    assert word.startswith(status.value.capitalize())


def test_one_line_says_how_bad_which_and_what() -> None:
    assert wording.one_line(incident()) == "🔴 SEV1 · INC-42 · Agent leaks customer data"


def test_a_channel_is_linked_once_it_is_there() -> None:
    assert wording.channel(incident()) == "<#C0ROOM>"
    assert wording.channel(incident(channel_id=None)) == "channel opening…"


def test_what_templates_may_use() -> None:
    values = wording.values(incident(), SCHEME, UpdateFields(state="s"), author=ANN, now=NOW)
    plain = {name: value for name, value in values.items() if name not in {"incident", "fields"}}
    assert plain == {
        "severity_mark": "🔴",
        "severity_name": "High",
        "severity_definition": SCHEME.levels[1].definition,
        "status": "🔎 Investigating",
        "commander": "<@U0ANN>",
        "reporter": "<@U0BOB>",
        "author": "<@U0ANN>",
        "channel": "<#C0ROOM>",
        "declared_ago": date(NOW - 12 * MINUTE, "{ago}", "%Y-%m-%d %H:%M"),
        "declared_at": date(NOW - 12 * MINUTE, "{date_short_pretty} {time}", "%Y-%m-%d %H:%M"),
        "published_at": date(NOW),
        "resolved_at": "",
        "resolved_after": "",
        "duration": "12 min",
        "next_update": date(NOW + 18 * MINUTE),
    }


def test_a_resolved_incident_lasted_until_then() -> None:
    values = wording.values(resolved(), SCHEME, UpdateFields(), author=ANN, now=NOW + 90 * MINUTE)
    assert (values["resolved_after"], values["duration"], values["next_update"]) == ("12 min", "12 min", "")


def test_a_level_that_is_gone_has_no_words() -> None:
    values = wording.values(incident(severity="SEV9"), SCHEME, UpdateFields(), author=ANN, now=NOW)
    assert (values["severity_name"], values["severity_definition"]) == ("", "")


def test_markup_of_ours_is_known_as_such_and_peoples_words_are_not() -> None:
    values = wording.values(incident(), SCHEME, UpdateFields(), author=ANN, now=NOW)
    ours = {name for name, value in values.items() if isinstance(value, Mrkdwn)}
    assert ours == {
        *("commander", "reporter", "author", "channel"),
        *("declared_ago", "declared_at", "published_at", "next_update"),
    }


def test_samples_fill_in_everything_once_and_nothing_once() -> None:
    fresh, full = wording.samples(DEFAULT_SCHEME)
    assert fresh.keys() == full.keys()
    empty = {name for name, value in fresh.items() if value == ""}
    assert empty == {"channel", "resolved_at", "resolved_after", "next_update"}
    assert all(value != "" for value in full.values())
