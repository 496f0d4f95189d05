"""The playbooks that this installation knows: the shipped ones, and a folder of the organisation's own.

Reading only; what a playbook may say is `incidents/playbook.py`, and how it is shown `bot/cli_playbook.py`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Self

from bot import yaml_source
from incidents.errors import ConfigError, NotFoundError
from incidents.playbook import Playbook

DEFAULT = "agentic-on-call"
SUFFIXES = (".yaml", ".yml")


class PlaybookLibrary:
    """Playbooks by name, in the order of their names."""

    def __init__(self, playbooks: Iterable[Playbook]) -> None:
        self._by_name: Mapping[str, Playbook] = {
            one.name: one for one in sorted(playbooks, key=lambda one: one.name)
        }

    @classmethod
    def load(cls, user_folder: Path | None = None) -> Self:
        """Read the shipped playbooks and then the user's, which replace those of the same name.

        Raises:
            ConfigError: a file is wrong or the folder is missing; the text has every problem of every file.
        """
        problems: list[str] = []
        shipped = read_all(shipped_files(), problems)
        own = read_all(_own_files(user_folder, problems), problems)
        if problems:
            raise ConfigError("\n".join(problems))
        return cls((shipped | own).values())

    @property
    def names(self) -> tuple[str, ...]:
        """What can be asked for."""
        return tuple(self._by_name)

    @property
    def default(self) -> Playbook:
        """The playbook of an incident for which none was named."""
        return self.get(DEFAULT)

    def get(self, name: str) -> Playbook:
        """The playbook of this name, whatever its case.

        Raises:
            NotFoundError: there is none; the text has the names that there are, the nearest first.
        """
        found = self._by_name.get(name.strip().lower())
        if found is None:
            raise NotFoundError(f'I don\'t know the playbook "{name.strip()}". {self._spoken(name)}')
        return found

    def __iter__(self) -> Iterator[Playbook]:
        return iter(self._by_name.values())

    def __len__(self) -> int:
        return len(self._by_name)

    def _spoken(self, near: str) -> str:
        close = get_close_matches(near.strip().lower(), self.names, n=1, cutoff=0.3)
        ordered = [*close, *(name for name in self.names if name not in close)]
        *most, last = ordered or ["none"]
        return f"There are {', '.join(most)} and {last}." if most else f"There is {last}."


def read(path: Path | Traversable) -> Playbook:
    """One playbook file.

    Raises:
        ConfigError: it can't be read or is wrong.
    """
    return yaml_source.validate(yaml_source.load(path), Playbook)


def read_all(paths: Sequence[Path | Traversable], problems: list[str]) -> dict[str, Playbook]:
    """The playbooks of these files by name; what is wrong with the others is added to `problems`."""
    found: dict[str, Playbook] = {}
    origin: dict[str, str] = {}
    for path in paths:
        try:
            playbook = read(path)
        except ConfigError as error:
            problems.append(str(error))
            continue
        if playbook.name in found:
            problems.append(
                f'{path}: the name "{playbook.name}" is taken by {origin[playbook.name]}; give one of them another'
            )
        found.setdefault(playbook.name, playbook)
        origin.setdefault(playbook.name, str(path))
    return found


def shipped_files() -> list[Path | Traversable]:
    """The playbooks that come with Cordon, by file name."""
    return _yaml_files(files("templates") / "playbooks")


def folder_files(folder: Path) -> list[Path | Traversable]:
    """The playbook files right in this folder, by file name.

    Raises:
        ConfigError: it can't be listed.
    """
    try:
        return _yaml_files(folder)
    except OSError as error:
        raise ConfigError(f"{folder}: this folder can't be read: {error.strerror or error}") from error


def _own_files(folder: Path | None, problems: list[str]) -> list[Path | Traversable]:
    try:
        return [] if folder is None else folder_files(folder)
    except ConfigError as error:
        problems.append(str(error))
        return []


def _yaml_files(folder: Path | Traversable) -> list[Path | Traversable]:
    found = [one for one in folder.iterdir() if one.name.endswith(SUFFIXES) and not one.name.startswith(".")]
    return sorted(found, key=lambda one: one.name)
