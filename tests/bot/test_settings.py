import logging
from pathlib import Path

import pytest
from dotenv import dotenv_values

from bot.settings import Environment, Settings, read_environment, read_settings
from incidents.errors import ConfigError

ROOT = Path(__file__).parents[2]
BOT, APP, SECRET = "xoxb-1-secretbot", "xapp-1-secretapp", "secret-of-signing"
ROUTING = "secretrouting" + "0" * 19
HTTP = {"SLACK_BOT_TOKEN": BOT, "SLACK_SIGNING_SECRET": SECRET}
SOCKET = {"SLACK_BOT_TOKEN": BOT, "SLACK_APP_TOKEN": APP}


def _refusal(variables: dict[str, str], folder: Path | None = None) -> str:
    with pytest.raises(ConfigError) as caught:
        read_settings(variables, folder)
    return str(caught.value)


def test_without_variables_the_defaults_hold(tmp_path: Path) -> None:
    settings = read_settings({}, tmp_path)
    environment = settings.environment
    assert not environment.has_slack
    assert (environment.host, environment.port) == ("127.0.0.1", 3000)
    assert environment.slack_api_url == "https://slack.com/api/"
    assert environment.database_url.get_secret_value() == "sqlite:///data/cordon.db"
    assert settings.organisation.channels.incidents == "#safety-incidents"


def test_the_routing_key_decides_for_pagerduty() -> None:
    assert not read_environment({}).has_pagerduty
    on = read_environment(
        {"PAGERDUTY_ROUTING_KEY": ROUTING, "PAGERDUTY_EVENTS_URL": "https://events.eu.pagerduty.com/"}
    )
    assert on.has_pagerduty
    assert on.pagerduty_events_url == "https://events.eu.pagerduty.com"
    assert on.pagerduty_api_url == "https://api.pagerduty.com"


def test_the_app_token_decides_for_socket_mode() -> None:
    assert read_environment(SOCKET).socket_mode
    assert not read_environment(HTTP).socket_mode
    both = read_environment(HTTP | SOCKET)
    assert both.has_slack
    assert both.socket_mode


@pytest.mark.parametrize(
    ("variables", "name", "said"),
    [
        ({**HTTP, "SLACK_BOT_TOKEN": "xoxp-wrong-kind"}, "SLACK_BOT_TOKEN", "which starts with xoxb-"),
        ({**HTTP, "SLACK_APP_TOKEN": "xoxb-wrong-kind"}, "SLACK_APP_TOKEN", "which starts with xapp-"),
        ({**HTTP, "SLACK_API_URL": "wrong-kind"}, "SLACK_API_URL", "such as https://slack.com/api/"),
        ({"SLACK_BOT_TOKEN": "xoxb-wrong-kind"}, "SLACK_BOT_TOKEN", "set SLACK_APP_TOKEN (Socket Mode)"),
        ({"PORT": "wrong-kind"}, "PORT", "valid integer"),
        ({"PORT": "70000"}, "PORT", "less than or equal to 65535"),
        ({"PAGERDUTY_ROUTING_KEY": "wrong-kind"}, "PAGERDUTY_ROUTING_KEY", "32 letters and digits"),
        ({"PAGERDUTY_API_KEY": "wrong-kind"}, "PAGERDUTY_API_KEY", "set PAGERDUTY_ROUTING_KEY"),
        ({"PAGERDUTY_FROM_EMAIL": "wrong-kind"}, "PAGERDUTY_FROM_EMAIL", "match pattern"),
        ({"PAGERDUTY_EVENTS_URL": "wrong-kind"}, "PAGERDUTY_EVENTS_URL", "must be a web address"),
        ({"PAGERDUTY_API_URL": "wrong-kind"}, "PAGERDUTY_API_URL", "must be a web address"),
        ({"PORT": "-1"}, "PORT", "greater than or equal to 0"),
    ],
)
def test_a_wrong_variable_is_named_and_its_value_is_not(
    variables: dict[str, str], name: str, said: str
) -> None:
    text = _refusal(variables)
    assert text.startswith(name)
    assert said in text
    assert text.endswith(".")
    for value in ("wrong-kind", "70000", BOT, SECRET):
        assert value not in text


def test_every_wrong_variable_is_told_at_once() -> None:
    lines = _refusal({"PORT": "x", "SLACK_BOT_TOKEN": "y", "SLACK_APP_TOKEN": "z"}).splitlines()
    assert [line.split()[0] for line in lines] == ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "PORT"]
    assert "cordon sandbox" in lines[0]


def test_blanks_around_a_value_and_empty_values_do_not_count() -> None:
    environment = read_environment({"SLACK_BOT_TOKEN": " ", "SLACK_APP_TOKEN": "", "PORT": " 8080 "})
    assert not environment.has_slack
    assert environment.port == 8080


def test_the_api_address_gets_the_slash_that_the_client_needs() -> None:
    assert read_environment({"SLACK_API_URL": "http://127.0.0.1:1/api"}).slack_api_url.endswith("/api/")


def test_dotenv_is_read_and_the_process_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Environment.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    (tmp_path / ".env").write_text(
        f"SLACK_BOT_TOKEN={BOT}\nexport SLACK_APP_TOKEN='{APP}'\nPORT=4000\nHOST=::1\nDATABASE_URL=\n"
    )
    monkeypatch.setenv("PORT", "5000")
    environment = read_settings(folder=tmp_path).environment
    assert environment.socket_mode
    assert (environment.host, environment.port) == ("::1", 5000)
    assert environment.database_url.get_secret_value() == "sqlite:///data/cordon.db"


def test_the_example_names_every_variable_and_sets_none_but_empty_ones() -> None:
    text = (ROOT / ".env.example").read_text()
    missing = [
        name.upper()
        for name in Environment.model_fields
        if f"\n{name.upper()}=" not in text.replace("# ", "")
    ]
    assert missing == []
    assert not any(dotenv_values(ROOT / ".env.example").values())


# --- cordon.yaml -----------------------------------------------------------------------------------


def test_a_configuration_that_is_named_and_missing_stops_the_start(tmp_path: Path) -> None:
    path = tmp_path / "elsewhere.yaml"
    assert _refusal({"CORDON_CONFIG": str(path)}) == f"CORDON_CONFIG names {path}, and there is no such file."


def test_the_named_configuration_wins_over_the_folders(tmp_path: Path) -> None:
    (tmp_path / "cordon.yaml").write_text("channels: {incidents: '#here'}")
    (tmp_path / "other.yaml").write_text("channels: {incidents: '#there'}")
    assert read_settings({}, tmp_path).organisation.channels.incidents == "#here"
    named = read_settings({"CORDON_CONFIG": str(tmp_path / "other.yaml")}, tmp_path)
    assert named.organisation.channels.incidents == "#there"


def test_an_empty_configuration_means_the_defaults(tmp_path: Path) -> None:
    (tmp_path / "cordon.yaml").write_text("# nothing yet\n")
    assert read_settings({}, tmp_path).organisation == read_settings({}, tmp_path / "none").organisation


def test_an_unknown_key_is_told_with_its_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "cordon.yaml"
    path.write_text("channels:\n  incidents: '#a'\nreminders:\n  lead_minute: 5\n")
    assert _refusal({}, tmp_path) == (
        f'{path}:4: reminders.lead_minute: unknown key "lead_minute"; did you mean "lead_minutes"?'
    )


def test_a_reference_is_filled_in_from_the_environment(tmp_path: Path) -> None:
    (tmp_path / "cordon.yaml").write_text('invite:\n  everyone: ["${WHO}@example.com", "@${TEAM}"]\n')
    settings = read_settings({"WHO": "ann", "TEAM": "oncall"}, tmp_path)
    assert settings.organisation.invite.everyone == ("ann@example.com", "@oncall")


def test_a_reference_to_a_variable_that_is_not_there_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "cordon.yaml"
    path.write_text("invite:\n  everyone:\n    - '@oncall'\n    - ${NOBODY}\n")
    text = _refusal({}, tmp_path)
    assert text == f"{path}:4: the environment has no NOBODY, which this line refers to."


def test_a_filled_in_value_that_is_wrong_is_not_shown(tmp_path: Path) -> None:
    (tmp_path / "cordon.yaml").write_text("channels:\n  incidents: ${PLACE}\n")
    text = _refusal({"PLACE": "secret place"}, tmp_path)
    assert "cordon.yaml:2: channels.incidents" in text
    assert "${PLACE}" in text
    assert "secret place" not in text


# --- secrets ---------------------------------------------------------------------------------------


def test_secrets_appear_in_nothing_that_is_printed_or_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    keys = {"PAGERDUTY_ROUTING_KEY": ROUTING, "PAGERDUTY_API_KEY": "secretpager"}
    variables = {**HTTP, **SOCKET, **keys, "DATABASE_URL": "postgresql://cordon:secretdatabase@host/db"}
    settings = read_settings(variables, tmp_path)
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("test").info("%s %r", settings, settings)
    printed = [str(settings), repr(settings), settings.environment.model_dump_json(), caplog.text]
    printed += [str(Settings.__repr__(settings)), f"{settings.environment}"]
    for secret in (BOT, APP, SECRET, ROUTING, "secretpager", "secretdatabase"):
        assert not [text for text in printed if secret in text]


def test_settings_cannot_be_changed_after_the_start(tmp_path: Path) -> None:
    environment = read_settings({}, tmp_path).environment
    with pytest.raises(ValueError, match="frozen"):
        environment.port = 1  # type: ignore[misc]
