"""What is different between two states of an object, field by field: to show, to write, to compare, to take back.

Pure. A field is its path of keys; a list is one field as a whole. None as a value means: not there.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict

from commands.base.kubernetes_places import Json, Place
from commands.base.kubernetes_workload import digest
from commands.base.masking import quoted
from incidents.containment import Change

_SHOWN_AT_MOST: Final = 200
_CHANGES_AT_MOST: Final = 20
_NOT_CONTENT: Final = frozenset({"apiVersion", "kind", "metadata", "status"})
Side = Literal["before", "after"]


class FieldChange(BaseModel):
    """One field, as it was found and as it shall be."""

    model_config = ConfigDict(frozen=True)

    path: tuple[str, ...]
    before: Any = None
    after: Any = None


def read_fields(kept: Iterable[Any]) -> list[FieldChange]:
    """Fields from a plan's inverse."""
    return [FieldChange.model_validate(one) for one in kept]


def content(thing: Json) -> Json:
    """What of an object is somebody's wish: neither its identity nor its status."""
    about = thing.get("metadata") or {}
    rest = {key: value for key, value in thing.items() if key not in _NOT_CONTENT}
    return rest | {"metadata": {key: about[key] for key in ("labels", "annotations") if about.get(key)}}


def differences(before: Json, after: Json, above: tuple[str, ...] = ()) -> list[FieldChange]:
    """The fields in which two objects differ."""
    found: list[FieldChange] = []
    for key in sorted(before.keys() | after.keys()):
        old, new, path = before.get(key), after.get(key), (*above, key)
        if isinstance(old, dict) and isinstance(new, dict):
            found += differences(old, new, path)
        elif old != new:
            found.append(FieldChange(path=path, before=old, after=new))
    return found


def stand_as(thing: Json, fields: Sequence[FieldChange], side: Side) -> bool:
    """Whether all the fields are as on this side."""
    return all(_value(thing, one.path) == getattr(one, side) for one in fields)


def merge_patch(fields: Sequence[FieldChange], side: Side, version: str) -> Json:
    """The merge patch that brings the fields to this side, where the object still has this version."""
    body: Json = {"metadata": {"resourceVersion": version}}
    for one in fields:
        place = body
        for step in one.path[:-1]:
            place = place.setdefault(step, {})
        place[one.path[-1]] = getattr(one, side)
    return body


def shown(place: Place, fields: Sequence[FieldChange]) -> tuple[Change, ...]:
    """The fields for people; of many the first, and how many more there are."""
    changes = tuple(
        Change(what=f"{place.text} {'.'.join(one.path)}", before=_text(one.before), after=_text(one.after))
        for one in fields[:_CHANGES_AT_MOST]
    )
    rest = fields[_CHANGES_AT_MOST:]
    if not rest:
        return changes
    sides = [digest([getattr(one, side) for one in rest]) for side in ("before", "after")]
    more = Change(what=f"{place.text}: {len(rest)} more fields", before=f"#{sides[0]}", after=f"#{sides[1]}")
    return (*changes, more)


def _value(thing: Json, path: tuple[str, ...]) -> Any:  # noqa: ANN401 -- JSON of any shape
    place: Any = thing
    for step in path:
        place = place.get(step) if isinstance(place, dict) else None
    return place


def _text(value: Any) -> str:  # noqa: ANN401 -- JSON of any shape
    """Two values that differ never read the same: what is cut or smoothed has its fingerprint with it."""
    if value is None:
        return "not there"
    plain = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
    short = quoted(plain, at_most=_SHOWN_AT_MOST)
    return short if short == plain else f"{short} ({len(plain)} characters, #{digest(value)})"
