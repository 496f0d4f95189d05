"""Who is alive on a SQLite file, asked of real processes."""

import asyncio
import sys
from pathlib import Path

import pytest

from incidents.errors import ConfigError
from storage.presence import Presence

_HOLD = """
import sys
from pathlib import Path
from storage.presence import Presence
Presence(Path(sys.argv[1])).show("other")
print("alive", flush=True)
sys.stdin.read()
"""


async def test_a_process_is_alive_until_it_is_killed(tmp_path: Path) -> None:
    database = tmp_path / "cordon.db"
    looker = Presence(database)
    assert not looker.is_alive("other")
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-c", _HOLD, str(database)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"alive\n"
    assert looker.is_alive("other")
    assert looker.is_alive("other"), "looking takes nothing away"
    process.kill()
    await process.communicate()
    assert not looker.is_alive("other")
    assert list(tmp_path.iterdir()) == [], "what it left is taken away"


def test_who_leaves_is_alive_no_more_and_leaves_nothing(tmp_path: Path) -> None:
    one = Presence(tmp_path / "cordon.db")
    one.show("one")
    assert Presence(tmp_path / "cordon.db").is_alive("one")
    one.leave()
    one.leave()
    assert not Presence(tmp_path / "cordon.db").is_alive("one")
    assert list(tmp_path.iterdir()) == []


def test_names_that_are_no_file_names_belong_to_nobody_alive(tmp_path: Path) -> None:
    (tmp_path / "secret").touch()
    assert not Presence(tmp_path / "cordon.db").is_alive("../secret")
    assert (tmp_path / "secret").exists()


def test_a_database_in_memory_has_nobody_else() -> None:
    alone = Presence(None)
    alone.show("one")
    assert not alone.is_alive("two")
    alone.leave()


def test_a_folder_that_refuses_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="local disk"):
        Presence(tmp_path / "missing" / "cordon.db").show("one")
