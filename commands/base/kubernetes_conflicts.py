"""Fields that somebody else owns: what a refused server-side apply says of them, without any of their values."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from commands.base.kubernetes_answers import NOTHING, did_not
from commands.base.kubernetes_places import Place
from commands.base.masking import quoted
from incidents.containment import ActionError

_MANAGER: Final = re.compile(r'^conflict with "([^"]{1,200})"')
_SHOWN: Final = 5

Owners = Mapping[str, tuple[str, ...]]
"""Field manager -> the fields that it owns and that were to be changed."""


class OwnedElsewhereError(ActionError):
    """An apply was refused because fields in it belong to other managers; nothing was changed.

    Attributes:
        owners: which fields are whose.
    """

    def __init__(self, place: Place, owners: Owners) -> None:
        super().__init__(
            f"{did_not('patch', place)}: {described(owners)} (409).",
            now=NOTHING,
            then="Change it where that manager takes it from, or let the action take the fields over with "
            "force: true.",
        )
        self.owners = owners


def owners_in(answer: bytes) -> Owners:
    """Who owns the fields in conflict, from the body of a 409; nobody where it is a 409 of another sort."""
    try:
        status: Any = json.loads(answer)
        causes = status["details"]["causes"]
        found = [(_MANAGER.match(one["message"]), str(one.get("field", ""))) for one in causes]
    except (ValueError, LookupError, TypeError, AttributeError):
        return {}
    owners: dict[str, tuple[str, ...]] = {}
    for match, field in found:
        if match:
            name = quoted(match[1])
            owners[name] = (*owners.get(name, ()), quoted(field))
    return owners


def described(owners: Owners) -> str:
    """Who owns what, as a clause."""
    return "; ".join(f"{_some(fields)} belongs to {manager}" for manager, fields in owners.items())


def _some(fields: tuple[str, ...]) -> str:
    more = len(fields) - _SHOWN
    return ", ".join(fields[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
