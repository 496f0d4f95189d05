"""Every source file has its test file at the same place, so that a reader finds one from the other.

What is tested somewhere else stands in `ELSEWHERE` with the place; a fresh file without a test turns this red,
and so does an entry whose file is gone or has a test of its own by now.
"""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MIRRORED = ("incidents", "bot", "storage")
THROUGH_SLACK = "acceptance/test_declare.py"
ELSEWHERE: dict[str, str] = {}


def _sources() -> set[str]:
    found = {
        path.relative_to(ROOT).as_posix()
        for folder in MIRRORED
        for path in (ROOT / folder).rglob("*.py")
        if path.name != "__init__.py"
    }
    return {name for name in found if not name.startswith("storage/migrations/")}


def _mirror(source: str) -> str:
    folder, _, name = source.rpartition("/")
    return f"{folder}/test_{name.strip('_')}"


def _untested() -> set[str]:
    return {name for name in _sources() if not (ROOT / "tests" / _mirror(name)).exists()}


def test_every_source_file_has_its_test_file() -> None:
    missing = sorted(_untested() - set(ELSEWHERE))
    assert missing == [], "write tests/<folder>/test_<name>.py, or say in ELSEWHERE where it is tested"


@pytest.mark.parametrize(("source", "place"), ELSEWHERE.items())
def test_what_is_tested_elsewhere_is_there_and_needs_to_be_listed(source: str, place: str) -> None:
    assert (ROOT / source).exists(), "the file is gone: take the entry away"
    assert (ROOT / "tests" / place).exists(), "the place is gone"
    assert source in _untested(), "it has a test of its own by now: take the entry away"


def test_every_test_file_mirrors_a_source_file() -> None:
    mirrors = {_mirror(name) for name in _sources()}
    tests = {
        path.relative_to(ROOT / "tests").as_posix()
        for folder in MIRRORED
        for path in (ROOT / "tests" / folder).rglob("test_*.py")
    }
    strangers = sorted(tests - mirrors)
    assert strangers == [], "a test file is called after the file that it tests"
