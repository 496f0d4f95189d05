"""What a command is told about who acts and why, where it has a place for that: for an audit row, or a body."""

from collections.abc import Mapping
from typing import Any

from commands.base import registry
from incidents.errors import NotFoundError


def filled_in(
    command: str | None, params: Mapping[str, Any], *, who: str, reason: str, incident_id: int
) -> dict[str, Any]:
    """The parameters with `who` and `reason` where the command takes them and nobody has said them yet.

    Args:
        command: its name; one that is no longer there leaves the parameters as they are.
        params: as configured, with what the person was asked for.
        who: who wants it.
        reason: why; the incident stands in for it where nothing was said.
        incident_id: for which incident.
    """
    try:
        takes = registry.load(command or "").params_type.model_fields
    except NotFoundError:
        return dict(params)
    known = {"who": who, "reason": reason or f"contained by INC-{incident_id}"}
    return {**{name: value for name, value in known.items() if name in takes}, **params}
