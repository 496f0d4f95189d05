"""`cordon audit verify`, on files and on databases that are not whole. What is found where: tests/storage/test_audit.py."""

import asyncio
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from bot import cli
from bot.views import exports
from incidents.timeline import EntryKind
from storage.database import Database
from tests.bot.views.conftest import NOW as MOMENT
from tests.bot.views.conftest import incident
from tests.storage.conftest import NOW, declare

Printed = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CORDON_CONFIG", raising=False)
    monkeypatch.setenv("DATABASE_URL", "sqlite:///cordon.db")


async def _fill(count: int) -> str:
    """A database with two incidents, the second with so many entries; its export."""
    database = await Database.open("sqlite:///cordon.db")
    await database.upgrade()
    await declare(database)
    one = await declare(database)
    for number in range(count):
        await database.write(
            lambda unit, number=number: unit.timeline.append(  # type: ignore[misc]
                one.id, at=NOW, actor="U1", kind=EntryKind.NOTE, text=f"note {number}"
            )
        )
    entries = await database.read(lambda unit: unit.timeline.entries(one.id))
    newest = await database.read(lambda unit: unit.timeline.newest(one.id))
    await database.close()
    return exports.timeline_json(incident(id=one.id), entries, {}, now=MOMENT, newest=newest)


@pytest.fixture
def export() -> dict[str, Any]:
    return dict(json.loads(asyncio.run(_fill(3))))


def test_every_incident_or_one(export: dict[str, Any], capsys: Printed) -> None:
    assert export["count"] == 3
    assert cli.main(["audit", "verify"]) == 0
    assert capsys.readouterr().out == "ok INC-1 0 entries\nok INC-2 3 entries\n"
    assert cli.main(["audit", "verify", "inc-2"]) == 0
    assert capsys.readouterr().out == "ok INC-2 3 entries\n"


def test_the_first_broken_link_is_named(export: dict[str, Any], tmp_path: Path, capsys: Printed) -> None:
    assert export
    with sqlite3.connect(tmp_path / "cordon.db") as connection:
        connection.execute("DELETE FROM timeline WHERE seq = 3")
    connection.close()
    assert cli.main(["audit", "verify"]) == 1
    said = "BROKEN INC-2 entry 3 is missing: 3 were written and 2 are here\n"
    assert capsys.readouterr().out == f"ok INC-1 0 entries\n{said}"


@pytest.mark.parametrize("name", ["INC-9", "nonsense"])
def test_an_incident_that_is_not_there_is_told(export: dict[str, Any], name: str, capsys: Printed) -> None:
    assert export
    assert cli.main(["audit", "verify", name]) == 1
    assert name in capsys.readouterr().err


def test_an_empty_database_is_told(capsys: Printed) -> None:
    assert cli.main(["audit", "verify"]) == 0
    assert capsys.readouterr().out == "There is no incident in the database.\n"


def test_an_export_is_proven_without_a_database(
    export: dict[str, Any], tmp_path: Path, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "nonsense")
    path = tmp_path / "export.json"
    path.write_text(json.dumps(export))
    assert cli.main(["audit", "verify", "--file", str(path)]) == 0
    assert capsys.readouterr().out == "ok INC-2 3 entries\n"


@pytest.mark.parametrize(
    "change",
    [
        (("entries", 1, "text"), "other", "entry 2 does not fit its hash"),
        (("entries", 1, "at"), "2026-03-01T09:30:15Z", "entry 2 does not fit its hash"),
        (("entries", 1, "kind"), "nonsense", "entry 2 can't be read"),
        (("entries", 1, "details"), {"owner": "U2"}, "entry 2 does not fit its hash"),
        (("entries", 1, "seq"), 7, "entry 2 is missing"),
        (("incident_id",), 3, "entry 1 belongs to INC-2"),
        (("count",), 4, "entry 4 is missing"),
        (("head",), "x", "entry 3 is not the one"),
    ],
)
def test_a_changed_export_is_found(
    export: dict[str, Any], tmp_path: Path, capsys: Printed, change: tuple[tuple[Any, ...], object, str]
) -> None:
    where, value, said = change
    inside: Any = export
    for step in where[:-1]:
        inside = inside[step]
    inside[where[-1]] = value
    path = tmp_path / "export.json"
    path.write_text(json.dumps(export))
    assert cli.main(["audit", "verify", "--file", str(path)]) == 1
    assert said in capsys.readouterr().out


@pytest.mark.parametrize("text", ["", "nonsense", "[]", "{}", '{"format": "other"}', "\x00"])
def test_a_file_that_is_no_export_is_told(tmp_path: Path, capsys: Printed, text: str) -> None:
    path = tmp_path / "other.json"
    path.write_text(text)
    assert cli.main(["audit", "verify", "--file", str(path)]) == 1
    assert "is no exported timeline" in capsys.readouterr().err
    assert cli.main(["audit", "verify", "--file", str(tmp_path / "none.json")]) == 1
    assert "can't be read" in capsys.readouterr().err
