"""`cordon playbook lint` and `cordon playbook show`: check playbook files, and read one in the terminal.

The page itself is made by `bot/playbook_text.py`; this module reads arguments, prints, and returns exit codes.
"""

import argparse
import sys
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING

from bot.playbook_text import readable
from bot.playbooks import PlaybookLibrary, folder_files, read_all, shipped_files
from incidents.errors import ConfigError, NotFoundError

if TYPE_CHECKING:
    from incidents.playbook import Playbook


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register `playbook` and its verbs; each sets `run`, which takes the arguments and returns the exit code."""
    playbook = subparsers.add_parser("playbook", help="check and read playbooks")
    verbs = playbook.add_subparsers(title="verbs", required=True, metavar="VERB")
    lint = verbs.add_parser("lint", help="check playbook files and say what is wrong, by file, line and key")
    lint.add_argument("path", nargs="?", type=Path, help="a file or a folder; without it, those in use")
    lint.set_defaults(run=_lint)
    show = verbs.add_parser("show", help="print a playbook")
    show.add_argument("name", help="such as agentic-on-call")
    show.set_defaults(run=_show)
    for verb in (lint, show):
        verb.add_argument("--folder", type=Path, help="the folder of your own playbooks")


def _lint(args: argparse.Namespace) -> int:
    problems: list[str] = []
    found: list[Playbook] = []
    for paths in _groups(args.path, args.folder, problems):
        found.extend(read_all(paths, problems).values())
    for playbook in found:
        print(f"ok  {playbook.name}  {len(playbook.phases)} phases, {playbook.item_count} items")
    return _complain("\n".join(problems)) if problems else 0


def _groups(path: Path | None, folder: Path | None, problems: list[str]) -> list[list[Path | Traversable]]:
    """The files to check; a name must be unique within a group."""
    try:
        if path is None:
            return [shipped_files(), *([_some(folder)] if folder else [])]
        return [_some(path) if path.is_dir() else [path]]
    except ConfigError as error:
        problems.append(str(error))
        return []


def _some(folder: Path) -> list[Path | Traversable]:
    """The folder's playbooks; linting none at all is more likely a wrong folder than a wish."""
    paths = folder_files(folder)
    if not paths:
        raise ConfigError(f"{folder}: there is no playbook in this folder; their names end in .yaml or .yml")
    return paths


def _show(args: argparse.Namespace) -> int:
    try:
        print(readable(PlaybookLibrary.load(args.folder).get(args.name)))
    except (ConfigError, NotFoundError) as error:
        return _complain(str(error))
    return 0


def _complain(text: str) -> int:
    print(text, file=sys.stderr)
    return 1
