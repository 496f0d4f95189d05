"""Who may use `cordon incident`, how misuse and refusals are told, and its data. The rest: acceptance/test_without_slack.py."""

import json
import os
import pwd
from pathlib import Path

import pytest

from bot import cli

Printed = pytest.CaptureFixture[str]
DECLARE = ("incident", "declare", "sev1", "Agent leaks data")
WHY = ("--reason", "Slack is down")
AS = ("--as", "ann")


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("CORDON_CONFIG", "CORDON_OPERATOR", "PAGERDUTY_ROUTING_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATABASE_URL", "sqlite:///cordon.db")
    me = pwd.getpwuid(os.geteuid()).pw_name
    (tmp_path / "cordon.yaml").write_text(
        "operators:\n"
        "  ann: {user: U0ANN}\n"
        f"  me: {{user: U0ME, os_user: {me}}}\n"
        "  other: {user: U0OTHER, os_user: somebody-else}\n"
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((*DECLARE, *AS), "--reason"),
        ((*DECLARE, *AS, "--reason", "  "), "say why"),
        ((*DECLARE, *AS, "--reason", "x" * 301), "say why"),
        ((*DECLARE, *WHY), "say who you are"),
        (("incident", "list"), "say who you are"),
        (("incident",), "VERB"),
    ],
)
def test_misuse_exits_2_and_says_what_is_missing(words: tuple[str, ...], said: str, capsys: Printed) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(words)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def test_the_environment_may_say_who_acts(monkeypatch: pytest.MonkeyPatch, capsys: Printed) -> None:
    monkeypatch.setenv("CORDON_OPERATOR", "ann")
    assert cli.main([*DECLARE, *WHY]) == 0
    assert "INC-1" in capsys.readouterr().out


def test_who_is_no_operator_and_who_is_on_another_account_is_refused(capsys: Printed) -> None:
    assert cli.main([*DECLARE, *WHY, "--as", "eve"]) == 1
    assert "There is no operator eve. There is: ann, me, other." in capsys.readouterr().err
    assert cli.main([*DECLARE, *WHY, "--as", "other"]) == 1
    assert "the account somebody-else alone" in capsys.readouterr().err
    assert cli.main([*DECLARE, *WHY, "--as", "me"]) == 0


def test_an_operator_on_another_account_is_found_out_whatever_the_environment_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("LOGNAME", "USER", "USERNAME", "LNAME"):
        monkeypatch.setenv(name, "somebody-else")
    assert cli.main([*DECLARE, *WHY, "--as", "other"]) == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("incident", "declare", "sev9", "X", *AS, *WHY), "SEV"),
        (("incident", "declare", "sev1", " ", *AS, *WHY), "The title has 0 characters"),
        (("incident", "declare", "sev1", "X", "--playbook", "none", *AS, *WHY), "none"),
        (("incident", "note", "INC-7", "X", *AS, *WHY), "There is no INC-7."),
        (("incident", "note", "seven", "X", *AS, *WHY), "seven is no incident's name"),
    ],
)
def test_mistakes_exit_1_and_are_told_in_words(words: tuple[str, ...], said: str, capsys: Printed) -> None:
    assert cli.main(words) == 1
    err = capsys.readouterr().err
    assert err.startswith("cordon: ")
    assert said in err


def test_an_incident_s_life_from_the_command_line(capsys: Printed) -> None:
    for words in (
        DECLARE,
        ("incident", "role", "INC-1", "commander"),
        ("incident", "verify", "INC-1", "0 violations in 10 min"),
        ("incident", "recovering", "INC-1"),
        ("incident", "resolve", "INC-1", "Keys are rotated"),
        ("incident", "reopen", "INC-1"),
        ("incident", "waive", "INC-1", "containment"),
        ("incident", "resolve", "INC-1", "It was the old key"),
        ("incident", "waive", "INC-1", "postmortem"),
        ("incident", "waive", "INC-1", "regression"),
        ("incident", "close", "INC-1"),
    ):
        assert cli.main([*words, *AS, *WHY]) == 0, capsys.readouterr().err
    capsys.readouterr()
    assert cli.main(["incident", "status", "INC-1", *AS, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["incident"]["status"] == "closed"
    assert cli.main(["incident", "timeline", "INC-1", *AS, "--json"]) == 0
    entries = json.loads(capsys.readouterr().out)["entries"]
    assert {(entry["actor"], entry["details"]["source"]) for entry in entries} == {("U0ANN", "cli")}
    assert cli.main(["audit", "verify"]) == 0


def test_a_false_positive_is_cancelled_by_who_commands(capsys: Printed) -> None:
    assert cli.main([*DECLARE, "--drill", *AS, *WHY]) == 0
    assert cli.main(["incident", "role", "INC-1", "commander", *AS, *WHY]) == 0
    assert cli.main(["incident", "cancel", "INC-1", "Test traffic", *AS, *WHY]) == 0
    assert "Cancelled, a false positive · drill" in capsys.readouterr().out
