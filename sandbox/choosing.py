"""Finding the one element that a person means, and the action that using it sends."""

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.blocks.inputs import elements, value_field
from sandbox.errors import NotPossibleError
from sandbox.forms import held_value, option
from sandbox.workspace import Json, User

_COPIED = ("text", "value", "style", "url", "placeholder", "initial_option", "initial_user", "initial_date")


def find(
    blocks: Sequence[Mapping[str, Any]],
    action_id: str,
    *,
    block_id: str | None = None,
    value: str | None = None,
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The block and the element with this action_id, narrowed by block_id and a button's value.

    Raises:
        NotPossibleError: there is none, or more than one.
    """
    usable = list(elements(blocks))
    found = [
        (block, element)
        for block, element in usable
        if element["action_id"] == action_id
        and block_id in (None, block["block_id"])
        and (value is None or element["type"] != "button" or element.get("value") == value)
    ]
    if len(found) == 1:
        return found[0]
    there = (
        ", ".join(f"{b['block_id']}/{e['action_id']}={e.get('value', '')}" for b, e in usable)
        or "nothing to use"
    )
    many = f"{len(found)} elements match" if found else "nothing matches"
    raise NotPossibleError(f"{many} {action_id!r} (block {block_id!r}, value {value!r}); there is: {there}")


def action(
    block: Mapping[str, Any],
    element: Mapping[str, Any],
    chosen: Any,  # noqa: ANN401 -- a text or texts, by the kind of element
    users: Mapping[str, User],
) -> Json:
    """The entry in `actions` for using the element with this choice.

    Raises:
        NotPossibleError: the choice is not there to be made.
    """
    kind = element["type"]
    sent: Json = {"type": kind, "action_id": element["action_id"], "block_id": block["block_id"]}
    sent |= {name: element[name] for name in _COPIED if name in element}
    if kind == "button":
        return sent
    if chosen is None:
        raise NotPossibleError(f"Say what to choose in the {kind} {element['action_id']!r}.")
    if kind == "overflow":
        return sent | {"selected_option": option(element, chosen)}
    held = held_value(element, chosen, users)
    field = value_field(kind) or "value"
    return sent | {field: held[field]}
