"""Where the traffic of a route or a Service goes, read and written alike for each kind. Pure.

A share is what one target gets: a weight, or for a Service a label that its pods must have.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from commands.base.kubernetes_answers import NOTHING
from commands.base.kubernetes_places import HTTP_ROUTE, SERVICE, VIRTUAL_SERVICE, Json, Kind, Place
from incidents.containment import ActionError

KINDS: Final[Mapping[str, Kind]] = {
    "httproute": HTTP_ROUTE,
    "virtualservice": VIRTUAL_SERVICE,
    "service": SERVICE,
}
_LISTS: Final = {HTTP_ROUTE: ("rules", "backendRefs"), VIRTUAL_SERVICE: ("http", "route")}
_WHOLE: Final = 100
Shares = dict[str, str | int]


@dataclass(frozen=True)
class Route:
    """One rule of a route, or a Service, as it was read."""

    place: Place
    thing: Json
    rule: int

    @property
    def uid(self) -> str:
        """What tells it from one that was made anew under its name."""
        return str(self.thing["metadata"]["uid"])

    @property
    def shares(self) -> Shares:
        """What each target gets now."""
        if self.place.kind == SERVICE:
            return dict(self.thing["spec"].get("selector") or {})
        alone = _WHOLE if self.place.kind == VIRTUAL_SERVICE and len(self._targets) == 1 else 0
        default = 1 if self.place.kind == HTTP_ROUTE else alone
        return {_name(one): int(one.get("weight", default)) for one in self._targets}

    def with_all(self, wanted: Mapping[str, str | int]) -> Shares:
        """The shares asked for, nothing for every target not named. Raises ActionError for a stranger."""
        if self.place.kind == SERVICE:
            return dict(wanted)
        there = self.shares
        if strangers := sorted(wanted.keys() - there.keys()):
            raise ActionError(
                f"{self.place.text} does not lead to {', '.join(strangers)}.",
                now=NOTHING,
                then=f"It leads to {', '.join(there)}; correct the action's weights.",
            )
        return {name: wanted.get(name, 0) for name in there}

    def operations(self, shares: Mapping[str, str | int]) -> list[Json]:
        """The JSON Patch that sets the shares, refused when somebody was faster."""
        version = {"op": "replace", "path": "/metadata/resourceVersion"}
        version["value"] = self.thing["metadata"]["resourceVersion"]
        if self.place.kind == SERVICE:
            return [version, {"op": "replace", "path": "/spec/selector", "value": dict(shares)}]
        outer, inner = _LISTS[self.place.kind]
        targets = [{**one, "weight": shares[_name(one)]} for one in self._targets]
        return [version, {"op": "replace", "path": f"/spec/{outer}/{self.rule}/{inner}", "value": targets}]

    @property
    def _targets(self) -> list[Json]:
        outer, inner = _LISTS[self.place.kind]
        rules = self.thing["spec"].get(outer) or []
        if self.rule >= len(rules) or not rules[self.rule].get(inner):
            raise ActionError(
                f"{self.place.text} has no rule {self.rule} with targets.",
                now=NOTHING,
                then="Correct the action's rule; the first is 0.",
            )
        targets: list[Json] = rules[self.rule][inner]
        return targets


def text(shares: Mapping[str, str | int]) -> str:
    """For people: "agent 90, safe 10"."""
    return ", ".join(
        f"{name}={share}" if isinstance(share, str) else f"{name} {share}"
        for name, share in sorted(shares.items())
    )


def _name(target: Json) -> str:
    """A HTTPRoute's backend by its name; a VirtualService's destination as host or host/subset."""
    if "destination" not in target:
        return str(target["name"])
    where = target["destination"]
    return "/".join(part for part in (where["host"], where.get("subset")) if part)
