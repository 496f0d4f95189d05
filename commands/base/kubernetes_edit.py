"""One change of configuration as `kubernetes_config` sees it, and the one on some keys of a ConfigMap.

What is shared by edits of fields whose values may be shown and kept is here too; a Secret's may not, see
`kubernetes_edit_secret.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from commands.base.kubernetes_answers import NOTHING, changed_meanwhile
from commands.base.kubernetes_api import KubernetesApi
from commands.base.kubernetes_config_params import ConfigParams
from commands.base.kubernetes_fields import (
    FieldChange,
    Side,
    merge_patch,
    read_fields,
    shown,
    stand_as,
)
from commands.base.kubernetes_places import Json, Place
from incidents.containment import ActionError, Change, ChangedMeanwhileError, Permission, Verification

TRIES: Final = 5
"""How often a write is made anew because something that is not ours changed in between."""
Kept = Mapping[str, Any]
"""A plan's state or inverse."""


@dataclass(frozen=True)
class Edit:
    """A change as a plan shows it. `irreversible_because` is empty where it can be taken back."""

    place: Place
    changes: tuple[Change, ...]
    state: Json
    inverse: Json
    warnings: tuple[str, ...] = ()
    irreversible_because: str = ""


class Editing(Protocol):
    """A way to change configuration. All of it raises ActionError."""

    async def plan(self) -> Edit:
        """Read what is there, and say what would change."""
        ...

    async def make(self, state: Kept, inverse: Kept) -> None:
        """Make the change; nothing where it is made."""
        ...

    async def take_back(self, state: Kept, inverse: Kept) -> None:
        """Bring back what was there; nothing where it is."""
        ...

    async def see(self, inverse: Kept, side: Side) -> Verification:
        """Read back whether it is as before or as after."""
        ...


class KeysEdit:
    """Some keys of a ConfigMap. Implements `Editing`."""

    def __init__(self, api: KubernetesApi, params: ConfigParams) -> None:
        """Open nothing."""
        self._api = api
        self._params = params

    async def plan(self) -> Edit:
        """Compare the keys."""
        now = await self._api.get(self._params.place)
        refuse_immutable(self._params.place, now)
        held = now.get("data") or {}
        fields = [
            FieldChange(path=("data", key), before=held.get(key), after=value)
            for key, value in sorted(self._params.data.items())
        ]
        return Edit(
            self._params.place,
            shown(self._params.place, fields),
            state={"uid": now["metadata"]["uid"]},
            inverse={"fields": [one.model_dump() for one in fields]},
        )

    async def make(self, state: Kept, inverse: Kept) -> None:
        """Write the keys, where they are still as the plan found them."""
        await move(self._api, self._params.place, state, read_fields(inverse["fields"]), "after")

    async def take_back(self, state: Kept, inverse: Kept) -> None:
        """Write them back, where they are still as they were written."""
        await move(self._api, self._params.place, state, read_fields(inverse["fields"]), "before")

    async def see(self, inverse: Kept, side: Side) -> Verification:
        """Read the keys back."""
        now = await self._api.get(self._params.place)
        return compared(self._params.place, now, read_fields(inverse["fields"]), side)


def permissions(params: ConfigParams) -> tuple[Permission, ...]:
    """What one on keys needs."""
    return (params.place.permission("get"), params.place.permission("patch"))


async def move(
    api: KubernetesApi, place: Place, state: Kept, fields: Sequence[FieldChange], to: Side
) -> None:
    """Bring fields from one side to the other. Raises ChangedMeanwhileError where they are on neither."""
    start: Side = "before" if to == "after" else "after"
    for _ in range(TRIES):
        now = await api.get(place)
        if now["metadata"]["uid"] != state["uid"]:
            raise changed_meanwhile(place, "it was deleted and made anew")
        if stand_as(now, fields, to):
            return
        if not stand_as(now, fields, start):
            raise changed_meanwhile(place, f"{_strange(now, fields, start)} is another")
        try:
            await api.patch(place, merge_patch(fields, to, now["metadata"]["resourceVersion"]))
        except ChangedMeanwhileError:
            continue
        return
    raise changed_meanwhile(place, f"it changed {TRIES} times while Cordon tried")


def compared(place: Place, now: Json, fields: Sequence[FieldChange], side: Side) -> Verification:
    """What reading back has seen."""
    right = sum(stand_as(now, [one], side) for one in fields)
    wish = "wanted" if side == "after" else "as before"
    text = f"{place.text}: {right} of {len(fields)} fields are {wish}"
    wrong = "" if right == len(fields) else f", {_strange(now, fields, side)} is not"
    return Verification(verified=not wrong, evidence=(text + wrong,))


def refuse_immutable(place: Place, now: Json) -> None:
    """Raise ActionError where the cluster would refuse every change."""
    if now.get("immutable"):
        raise ActionError(
            f"{place.text} is immutable: nothing in it can be changed.",
            now=NOTHING,
            then="Make another one under a new name, and let the Deployment use that.",
        )


def _strange(now: Json, fields: Sequence[FieldChange], side: Side) -> str:
    return next((".".join(one.path) for one in fields if not stand_as(now, [one], side)), "nothing")
