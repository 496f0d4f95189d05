import sqlite3
from pathlib import Path

import pytest

from bot import cli


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CORDON_CONFIG", raising=False)


def test_upgrade_makes_the_database_and_may_be_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:///deep/down/kept.db")
    for _ in range(2):
        assert cli.main(["db", "upgrade"]) == 0
        assert capsys.readouterr().out == "The database is up to date.\n"
    connection = sqlite3.connect(tmp_path / "deep/down/kept.db")
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    connection.close()
    assert {"incidents", "jobs", "messages"} <= tables


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nonsense", "DATABASE_URL can't be read."),
        ("mysql://user:hunter2@host/db", 'DATABASE_URL speaks of "mysql", which Cordon can\'t use.'),
        ("postgresql://user:hunter2@host", "DATABASE_URL names no database."),
        ("postgresql://user:hunter2@127.0.0.1:1/db", "can't be reached"),
        ("sqlite://file.db", "DATABASE_URL needs three slashes before the file's path."),
    ],
)
def test_a_bad_address_is_told_in_a_sentence_without_the_password(
    url: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    assert cli.main(["db", "upgrade"]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("cordon: ")
    assert said in printed.err
    assert "hunter2" not in printed.err


def test_a_file_that_is_no_database_is_told_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "notes.db").write_text("These are notes.\n" * 200)
    monkeypatch.setenv("DATABASE_URL", "sqlite:///notes.db")
    assert cli.main(["db", "upgrade"]) == 1
    assert capsys.readouterr().err.startswith("cordon: ")
    assert (tmp_path / "notes.db").read_text().startswith("These are notes.")
