"""Reading one reviewed manifest from the configured folder: a plain file inside it, with one object in it.

Names can't lead out of the folder, links are not followed, and what an apply may not carry is refused.
"""

import contextlib
import json
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml

from commands.base.kubernetes_answers import NOTHING
from commands.base.kubernetes_places import NAME_PATTERN, Json, Kind
from incidents.containment import ActionError

MANIFEST_NAME: Final = r"^[A-Za-z0-9][A-Za-z0-9_.-]*(/[A-Za-z0-9][A-Za-z0-9_.-]*)*$"
_ENDINGS: Final = (".yaml", ".yml", ".json")
_LIMIT: Final = 1024 * 1024
_ABOUT: Final = frozenset({"name", "namespace", "labels", "annotations"})
_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
_FILE: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK  # a pipe in the folder must not hold Cordon up


def read_manifest(folder: Path | None, name: str, kind: Kind, namespace: str) -> Json:
    """The object in the file of this name, with its namespace.

    Args:
        folder: `connections.kubernetes.manifests`.
        name: the file, relative to the folder.
        kind: what it must be.
        namespace: where it must belong; a manifest that names none gets it.

    Raises:
        ActionError: it is not there, is a link, or is not such an object. Quotes nothing of the file.
    """
    if folder is None:
        raise _refused(
            "No folder of manifests is configured.", "Name one in connections.kubernetes.manifests."
        )
    if not name.endswith(_ENDINGS):
        raise _refused(f"{name} is no manifest.", "Give a file that ends in .yaml, .yml or .json.")
    thing = _parsed(name, _text(folder, name))
    _check(name, thing, kind, namespace)
    thing["metadata"]["namespace"] = namespace
    return thing


def _text(folder: Path, name: str) -> bytes:
    *above, last = name.split("/")
    with contextlib.ExitStack() as opened:
        try:
            here = opened.enter_context(_open(str(folder.expanduser()), os.O_RDONLY | os.O_DIRECTORY))
            for part in above:
                here = opened.enter_context(_open(part, _FOLDER, here))
            found = opened.enter_context(_open(last, _FILE, here))
            if not stat.S_ISREG(os.fstat(found).st_mode):
                raise _refused(f"The manifest {name} is no plain file.", "Put a plain file there.")
            text = _read(found)
        except OSError:
            raise _refused(
                f"The manifest {name} can't be read: it is not there, may not be read, or is a link.",
                "Put a plain file into the folder connections.kubernetes.manifests; links are not followed.",
            ) from None
    if len(text) > _LIMIT:
        raise _refused(f"The manifest {name} is larger than 1 MiB.", "Make it smaller.")
    return text


@contextlib.contextmanager
def _open(path: str, how: int, above: int | None = None) -> Iterator[int]:
    found = os.open(path, how | os.O_CLOEXEC, dir_fd=above)
    try:
        yield found
    finally:
        os.close(found)


def _read(found: int) -> bytes:
    with os.fdopen(os.dup(found), "rb") as file:
        return file.read(_LIMIT + 1)


def _parsed(name: str, text: bytes) -> Json:
    try:
        events = list(yaml.parse(text, yaml.SafeLoader))
        aliased = any(isinstance(one, yaml.AliasEvent) for one in events)
        documents = [] if aliased else [one for one in yaml.safe_load_all(text) if one is not None]
        thing: Any = json.loads(json.dumps(documents[0])) if len(documents) == 1 else None
    except (yaml.YAMLError, ValueError, TypeError, RecursionError):
        thing = None
    if not isinstance(thing, dict) or not isinstance(thing.get("metadata"), dict):
        raise _refused(
            f"The manifest {name} is not one object of Kubernetes.",
            "Write one object a file, without YAML aliases, and with dates in quotes.",
        )
    return thing


def _check(name: str, thing: Json, kind: Kind, namespace: str) -> None:
    about = thing["metadata"]
    if (thing.get("apiVersion"), thing.get("kind")) != (kind.api_version, kind.title):
        raise _refused(
            f"The manifest {name} is no {kind.title} of {kind.api_version}.",
            "Correct the file, or the action's kind.",
        )
    if about.get("namespace", namespace) != namespace:
        raise _refused(
            f"The manifest {name} belongs to another namespace than {namespace}.", "Correct one of the two."
        )
    if not _is_name(about.get("name")) or about.keys() - _ABOUT or "status" in thing:
        raise _refused(
            f"The manifest {name} must have a name, and in its metadata only labels and annotations beside it.",
            "Take out its status, its version and whatever else the cluster writes itself.",
        )


def _is_name(name: Any) -> bool:  # noqa: ANN401 -- JSON of any shape
    return isinstance(name, str) and re.match(NAME_PATTERN, name) is not None


def _refused(failed: str, then: str) -> ActionError:
    return ActionError(failed, now=NOTHING, then=then)
