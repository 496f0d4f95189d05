from pathlib import Path

from tests import command_line

ROOT = Path(__file__).parents[2]


def test_the_procfile_starts_the_package() -> None:
    assert (ROOT / "Procfile").read_text() == "web: python -m bot\n"


async def test_without_words_it_serves(tmp_path: Path) -> None:
    ran = await command_line.run(tmp_path)
    assert ran.status == 1
    assert ran.err.startswith("cordon: SLACK_BOT_TOKEN is not set.")


async def test_with_words_it_is_the_command(tmp_path: Path) -> None:
    ran = await command_line.run(tmp_path, "--version")
    assert ran.status == 0
    assert ran.out.startswith("cordon ")
