"""Who owns which field: server-side apply, its conflicts, and what other writes take over.

A field is its path of keys; lists belong to their owner as a whole, except those whose entries have names.
"""

import copy
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from sandbox.kubernetes_answers import Json, RefusalError
from sandbox.kubernetes_store import moment

Path = tuple[str, ...]
_IDENTITY = frozenset(
    {"name", "namespace", "uid", "resourceVersion", "generation", "creationTimestamp", "managedFields"}
)


class Managers:
    """The owners of the fields of all objects, by the object's uid."""

    def __init__(self) -> None:
        self._owned: dict[str, dict[str, set[Path]]] = {}

    def of(self, uid: str) -> dict[str, set[Path]]:
        """Who owns what in an object."""
        return self._owned.setdefault(uid, {})

    def wrote(self, manager: str, before: Json, after: Json) -> None:
        """Note an ordinary write: what it changed is its writer's from now on."""
        old, new = leaves(before), leaves(after)
        owners = self.of(after["metadata"]["uid"])
        changed = {path for path in old.keys() | new.keys() if old.get(path) != new.get(path)}
        for owned in owners.values():
            owned.difference_update(changed)
        owners.setdefault(manager, set()).update(changed & new.keys())
        _show(after, owners, manager, "Update")

    def applied(self, manager: str, before: Json, wanted: Json, *, force: bool) -> Json:
        """An object with a configuration applied to it.

        Raises:
            RefusalError: 409, another manager owns a field and has another value in it.
        """
        owners = self.of(before["metadata"].get("uid", ""))
        fields, there = leaves(wanted), leaves(before)
        clashes = [
            (other, path)
            for other, owned in owners.items()
            if other != manager
            for path in sorted(owned & fields.keys())
            if there.get(path) != fields[path]
        ]
        if clashes and not force:
            raise _conflict(clashes)
        after = copy.deepcopy(before)
        for path in owners.get(manager, set()) - fields.keys():
            if not any(path in owned for other, owned in owners.items() if other != manager):
                _remove(after, path)
        for path, value in fields.items():
            _put(after, path, value)
        for other, path in clashes:
            owners[other].discard(path)
        owners[manager] = set(fields)
        _show(after, owners, manager, "Apply")
        return after

    def born(self, uid: str) -> None:
        """An object that was applied before it existed has its uid now."""
        if "" in self._owned:
            self._owned[uid] = self._owned.pop("")


def leaves(thing: Mapping[str, Any], above: Path = ()) -> dict[Path, Any]:
    """The fields of an object that can be owned, with their values."""
    found: dict[Path, Any] = {}
    for key, value in thing.items():
        path = (*above, key)
        if path in {("apiVersion",), ("kind",), ("status",)} or (above == ("metadata",) and key in _IDENTITY):
            continue
        if isinstance(value, dict) and value:
            found |= leaves(value, path)
        elif _is_keyed(value):
            for one in value:
                found |= leaves(one, (*path, f"[{one['name']}]"))
        else:
            found[path] = value
    return found


def _is_keyed(value: Any) -> bool:  # noqa: ANN401 -- JSON of any shape
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(one, dict) and isinstance(one.get("name"), str) for one in value)
        and len({one["name"] for one in value}) == len(value)
    )


def _put(root: Json, path: Path, value: Any) -> None:  # noqa: ANN401 -- JSON of any shape
    place: Any = root
    for step, following in pairwise(path):
        place = _entered(place, step, [] if following.startswith("[") else {})
    if value != {} or not isinstance(place.get(path[-1]), dict):
        place[path[-1]] = copy.deepcopy(value)


def _entered(place: Any, step: str, empty: Any) -> Any:  # noqa: ANN401 -- JSON of any shape
    if not step.startswith("["):
        if not isinstance(place.get(step), type(empty)):
            place[step] = empty
        return place[step]
    for one in place:
        if one.get("name") == step[1:-1]:
            return one
    place.append({"name": step[1:-1]})
    return place[-1]


def _remove(root: Json, path: Path) -> None:
    place: Any = root
    for step in path[:-1]:
        place = (
            next((one for one in place if one.get("name") == step[1:-1]), None)
            if step.startswith("[")
            else place.get(step)
        )
        if place is None:
            return
    if isinstance(place, dict):
        place.pop(path[-1], None)


def _show(thing: Json, owners: Mapping[str, set[Path]], manager: str, operation: str) -> None:
    shown = {one["manager"]: one for one in thing["metadata"].get("managedFields") or []}
    shown[manager] = {"manager": manager, "operation": operation, "time": moment()}
    thing["metadata"]["managedFields"] = [one for name, one in shown.items() if owners.get(name)]


def _conflict(clashes: Sequence[tuple[str, Path]]) -> RefusalError:
    causes = [
        {
            "reason": "FieldManagerConflict",
            "message": f'conflict with "{other}"',
            "field": "." + ".".join(path),
        }
        for other, path in clashes
    ]
    many = f"{len(clashes)} conflict{'s' if len(clashes) > 1 else ''}"
    return RefusalError(409, f'Apply failed with {many}: conflict with "{clashes[0][0]}"', causes=causes)
