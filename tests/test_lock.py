"""requirements.lock pins what pyproject.toml asks for, and nothing else; looked at without any network."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
_PIN = re.compile(r"^([a-zA-Z0-9._-]+)==([^ ;\\]+)", re.MULTILINE)


@pytest.fixture
def lock() -> str:
    return (ROOT / "requirements.lock").read_text()


@pytest.fixture
def pins(lock: str) -> dict[str, set[Version]]:
    """Each pinned package's versions; a package may have several, for several platforms."""
    found: dict[str, set[Version]] = {}
    for name, version in _PIN.findall(lock):
        found.setdefault(canonicalize_name(name), set()).add(Version(version))
    return found


@pytest.fixture
def asked() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = project["dependency-groups"]
    return [
        Requirement(text)
        for text in [
            *project["project"]["dependencies"],
            *groups["dev"],
            *project["build-system"]["requires"],
        ]
    ]


def test_everything_asked_for_is_pinned_to_a_version_that_fits(
    asked: list[Requirement], pins: dict[str, set[Version]]
) -> None:
    wrong = [
        str(one)
        for one in asked
        if not any(version in one.specifier for version in pins.get(canonicalize_name(one.name), ()))
    ]
    assert wrong == [], "run: make lock"


def test_nothing_is_pinned_for_a_wish_that_is_gone(asked: list[Requirement], lock: str) -> None:
    names = {canonicalize_name(one.name) for one in asked}
    blocks = re.split(r"\n(?=[a-zA-Z0-9])", lock)
    wished = [block for block in blocks if "cordon (pyproject.toml" in block]
    gone = [
        name for block in wished for name, _ in _PIN.findall(block) if canonicalize_name(name) not in names
    ]
    assert gone == [], "run: make lock"


def test_every_pin_has_hashes_and_names_no_index(lock: str) -> None:
    blocks = [block for block in re.split(r"\n(?=[a-zA-Z0-9])", lock) if _PIN.match(block)]
    assert blocks
    assert [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block] == []
    assert "://" not in lock
    assert "--index-url" not in lock
