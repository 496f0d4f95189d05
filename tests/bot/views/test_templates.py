from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given

from bot.views import wording
from bot.views.mrkdwn import Mrkdwn
from bot.views.templates import NAMES, Templates
from incidents.errors import ConfigError
from incidents.status_update import UpdateFields
from tests.bot.views.conftest import ANN, NOW, SCHEME, TEMPLATES, assert_ours, hostile, incident


def _own(folder: Path, text: str, name: str = "card") -> Templates:
    (folder / f"{name}.j2").write_text(text, encoding="utf-8")
    return Templates(folder)


def _values(**fields: str) -> Mapping[str, object]:
    return wording.values(incident(), SCHEME, UpdateFields.model_validate(fields), author=ANN, now=NOW)


def test_the_shipped_ones_hold_for_any_incident() -> None:
    TEMPLATES.prove(SCHEME)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_rendered_is_markup_without_empty_lines(name: str) -> None:
    text = TEMPLATES.render(name, _values())
    assert isinstance(text, Mrkdwn)
    assert "" not in text.split("\n")
    assert text == text.strip()


@given(hostile(120, least=1), hostile(1500))
def test_nobodys_words_become_markup(title: str, state: str) -> None:
    fields = UpdateFields.model_validate(
        dict.fromkeys(["state", "impact", "actions", "cause", "follow_up"], state)
    )
    values = wording.values(incident(title=title), SCHEME, fields, author=ANN, now=NOW)
    for name in NAMES:
        assert_ours(TEMPLATES.render(name, values))


def test_an_organisations_own_template_goes_first(tmp_path: Path) -> None:
    own = _own(
        tmp_path, "{{ incident.title }} & {{ commander }} {{ fields.state ~ commander }} {{ '<!here>' }}"
    )
    assert own.render("card", _values(state="<b>")) == (
        "Agent leaks customer data & <@U0ANN> &lt;b&gt;&lt;@U0ANN&gt; &lt;!here&gt;"
    )
    assert own.render("resolution", _values()) == TEMPLATES.render("resolution", _values())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{{ nobody }}", "Template card.j2: 'nobody' is undefined. Names it may use: incident, fields,"),
        ("{% if nobody %}x{% endif %}", "'nobody' is undefined"),
        ("{{ incident.colour }}", "has no attribute 'colour'"),
        ("{{ 1 / 0 }}", "division by zero"),
        ("{{ ''.__class__ }}", "Template card.j2: "),
        ("{% include 'other.j2' %}", "other.j2"),
    ],
)
def test_a_template_that_fails_is_found_before_the_first_incident(
    tmp_path: Path, text: str, told: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        _own(tmp_path, text).prove(SCHEME)
    assert told in str(caught.value)


def test_a_name_that_only_a_told_incident_needs_is_missed_too(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="'nobody' is undefined"):
        _own(tmp_path, "x{% if resolved_at %}{{ nobody }}{% endif %}").prove(SCHEME)


def test_what_cannot_be_parsed_names_its_place(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"card\.j2:2: "):
        _own(tmp_path, "first\n{% if %}")


def test_a_template_that_an_audience_names_is_proven_too(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"There is no template board_update\.j2, which an audience names"):
        Templates(tmp_path, named=["board_update"])
    with pytest.raises(ConfigError, match=r"There is no template board_update\.j2"):
        Templates(None, named=["board_update"])
    (tmp_path / "board_update.j2").write_text("{{ nobody }}")
    with pytest.raises(ConfigError, match=r"Template board_update\.j2: 'nobody' is undefined"):
        Templates(tmp_path, named=["board_update"]).prove(SCHEME)
    (tmp_path / "board_update.j2").write_text("{{ incident.key }}")
    own = Templates(tmp_path, named=["board_update", "board_update", "card"])
    own.prove(SCHEME)
    assert own.render("board_update", _values()) == "INC-42"


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("stakeholder")])
def test_stakeholders_read_nothing_internal(name: str) -> None:
    inner = {
        "model_version": "v7",
        "failure_mode": "jailbreak",
        "cause": "a prompt",
        "actions": "rolled back",
    }
    text = TEMPLATES.render(name, _values(**inner))
    assert not [words for words in (*inner.values(), "SEV1", "<@", "<#") if words in text]


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("leadership")])
def test_leadership_reads_impact_severity_and_who_leads(name: str) -> None:
    text = TEMPLATES.render(name, _values(impact="Refunds fail", cause="a prompt", failure_mode="jailbreak"))
    for words in ("Refunds fail", "SEV1", f"<@{ANN}>"):
        assert words in text
    assert "a prompt" not in text
    assert "jailbreak" not in text


def test_what_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "card.j2").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match=r"card\.j2 is not UTF-8 text"):
        Templates(tmp_path)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"does not exist\. Make it, or drop the key"):
        Templates(tmp_path / "nowhere")
