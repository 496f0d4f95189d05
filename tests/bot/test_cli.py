import tomllib
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from bot import __version__, cli
from tests import command_line

ROOT = Path(__file__).parents[2]
VERBS = ("serve", "sandbox", "run", "doctor", "db", "playbook")


def test_the_installed_command_is_this_one() -> None:
    [installed] = entry_points(group="console_scripts", name="cordon")
    assert installed.load() is cli.main
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"] == {
        "cordon": "bot.cli:main"
    }


def test_it_tells_its_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"cordon {__version__}\n"


def test_help_has_every_verb(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["--help"])
    assert ended.value.code == 0
    out = capsys.readouterr().out
    assert [verb for verb in VERBS if f"\n    {verb} " not in out] == []


@pytest.mark.parametrize("words", [[], ["nonsense"], ["db"], ["sandbox", "--port", "many"]])
def test_misuse_exits_2_and_shows_the_usage(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(words)
    assert ended.value.code == 2
    assert "usage: cordon" in capsys.readouterr().err


async def test_a_mistake_in_the_configuration_is_told_without_a_stack_trace(tmp_path: Path) -> None:
    (tmp_path / "cordon.yaml").write_text("channels:\n  incident: '#a'\n")
    for verb in ("serve", "sandbox", "run", "doctor"):
        ran = await command_line.run(tmp_path, verb)
        assert ran.status == 1
        assert ran.err == (
            'cordon: cordon.yaml:2: channels.incident: unknown key "incident"; did you mean "incidents"?\n'
        )
