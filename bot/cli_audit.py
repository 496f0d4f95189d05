"""`cordon audit verify`: prove that timelines are whole, in the database or in an exported file.

The rule stands in `incidents/audit.py`; this module reads arguments, prints, and returns exit codes.
"""

import argparse
import asyncio
import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bot.settings import read_settings
from incidents.audit import Break, TimelineExport, first_break
from incidents.errors import ConfigError, NotFoundError
from incidents.incident import parse_key
from storage.audit import Kept
from storage.database import Database


def add_parser(verbs: Any) -> None:  # noqa: ANN401 - argparse names no public type for it
    """Register the verb."""
    parser = verbs.add_parser("audit", help="prove that timelines are whole")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    verify = actions.add_parser("verify", help="walk the chain of entries and name the first broken link")
    verify.add_argument("incident", nargs="?", help="such as INC-42; without it, every incident")
    verify.add_argument("--file", type=Path, help="an exported timeline (JSON) instead of the database")
    verify.set_defaults(run=_verify)


def _verify(chosen: argparse.Namespace) -> int:
    if chosen.file is not None:
        proven = [_from_file(chosen.file)]
    else:
        number = _number(chosen.incident)
        url = read_settings().environment.database_url.get_secret_value()
        proven = asyncio.run(_from_database(url, number))
    for one in proven:
        print(_line(one))
    if not proven:
        print("There is no incident in the database.")
    return 1 if any(one.broken for one in proven) else 0


def _line(one: Kept) -> str:
    if one.broken:
        return f"BROKEN INC-{one.incident_id} entry {one.broken.seq} {one.broken.reason}"
    return f"ok INC-{one.incident_id} {one.length} {'entry' if one.length == 1 else 'entries'}"


def _number(words: str | None) -> int | None:
    if words is None:
        return None
    number = parse_key(words)
    if number is None:
        raise NotFoundError(f"{words} is no incident's name. Write it like this: cordon audit verify INC-42")
    return number


async def _from_database(url: str, number: int | None) -> list[Kept]:
    database = await Database.open(url)
    try:
        await database.upgrade()
        known = await database.read(lambda work: work.audit.incident_ids())
        if number is not None and number not in known:
            raise NotFoundError(f"There is no INC-{number} in this database.")
        chosen = known if number is None else [number]
        return [await _one(database, one) for one in chosen]
    finally:
        await database.close()


async def _one(database: Database, incident_id: int) -> Kept:
    return await database.read(lambda work: work.audit.prove(incident_id))


def _from_file(path: Path) -> Kept:
    try:
        export = TimelineExport.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise ConfigError(f"{path} can't be read: {error.strerror}.") from error
    except ValidationError as error:
        return _unreadable(path, error)
    except ValueError as error:
        raise ConfigError(f"{path} is no exported timeline: {error}.") from error
    broken = first_break(export.incident_id, export.entries, count=export.count, head=export.head)
    return Kept(export.incident_id, len(export.entries), broken)


def _unreadable(path: Path, error: ValidationError) -> Kept:
    """An export of which one entry can't be read is a broken one; any other file is the wrong file."""
    first = error.errors()[0]
    place = first["loc"]
    data = json.loads(path.read_text(encoding="utf-8"))
    if len(place) > 2 and place[0] == "entries" and isinstance(data.get("incident_id"), int):  # noqa: PLR2004
        reason = f"can't be read: its {place[2]} is wrong ({first['msg']})"
        return Kept(data["incident_id"], len(data["entries"]), Break(int(place[1]) + 1, reason))
    where = ".".join(str(part) for part in place) or "it"
    raise ConfigError(f"{path} is no exported timeline: {where}: {first['msg']}.")
