import argparse
from pathlib import Path

import pytest

from bot.cli_playbook import add_parser

GOOD = "name: robots\ntitle: Robots\ndescription: d\nphases:\n  - title: Stop\n    items:\n      - text: Stop it\n"


def _run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    add_parser(parser.add_subparsers())
    args = parser.parse_args(["playbook", *words])
    code = args.run(args)
    assert isinstance(code, int)
    return code


def test_lint_without_a_path_checks_what_is_shipped(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("lint") == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 5
    assert "ok  agentic-on-call  6 phases, 24 items" in lines


def test_lint_with_a_folder_checks_both(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.yaml").write_text(GOOD.replace("robots", "child-safety"))
    assert _run("lint", "--folder", str(tmp_path)) == 0
    assert capsys.readouterr().out.count("ok  child-safety ") == 2


def test_lint_checks_one_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(GOOD)
    assert _run("lint", str(path)) == 0
    assert capsys.readouterr().out == "ok  robots  1 phases, 1 items\n"


def test_lint_of_a_folder_says_what_is_right_and_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "good.yaml").write_text(GOOD)
    (tmp_path / "bad.yaml").write_text("name: bad\ntitel: Bad\ndescription: d\nphases: []\n")
    assert _run("lint", str(tmp_path)) == 1
    captured = capsys.readouterr()
    assert captured.out == "ok  robots  1 phases, 1 items\n"
    assert captured.err.splitlines() == [
        f'{tmp_path}/bad.yaml:1: the key "title" is missing; add it',
        f'{tmp_path}/bad.yaml:2: titel: unknown key "titel"; did you mean "title"?',
        f"{tmp_path}/bad.yaml:4: phases: has too few entries; it needs at least 1",
    ]


def test_lint_of_nothing_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("lint", str(tmp_path)) == 1
    assert "there is no playbook in this folder" in capsys.readouterr().err
    assert _run("lint", str(tmp_path / "none.yaml")) == 1
    assert "there is no such file" in capsys.readouterr().err
    assert _run("lint", "--folder", str(tmp_path / "none")) == 1
    assert "this folder can't be read" in capsys.readouterr().err


def test_show_prints_the_playbook(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("show", "agentic-on-call") == 0
    out = capsys.readouterr().out
    assert "1. Contain (minutes: 0-2)" in out
    assert "kubectl scale deployment agent-prod --replicas=0" in out


def test_show_reads_the_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.yaml").write_text(GOOD)
    assert _run("show", "robots", "--folder", str(tmp_path)) == 0
    assert capsys.readouterr().out.startswith("Robots (robots)\n")


def test_show_of_an_unknown_name_or_a_broken_folder_exits_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run("show", "robots") == 1
    assert 'I don\'t know the playbook "robots"' in capsys.readouterr().err
    (tmp_path / "mine.yaml").write_text("[]")
    assert _run("show", "child-safety", "--folder", str(tmp_path)) == 1
    assert "mine.yaml:1: the file must be keys and values" in capsys.readouterr().err
