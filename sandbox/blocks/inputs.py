"""What a person can use in a list of blocks, and the state that the client keeps for each input."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from sandbox.ids import new_block_id

_Json: TypeAlias = dict[str, Any]
State: TypeAlias = dict[str, dict[str, dict[str, Any]]]
"""block_id → action_id → what is typed or chosen, as in a payload's `state.values`."""

_HOLDS = {
    "plain_text_input": ("value", "initial_value"),
    "static_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "checkboxes": ("selected_options", "initial_options"),
    "users_select": ("selected_user", "initial_user"),
    "multi_users_select": ("selected_users", "initial_users"),
    "datepicker": ("selected_date", "initial_date"),
}
"""Where an input's value stands in its state, and where in its definition."""
_LISTS = {"checkboxes", "multi_users_select"}


def elements(blocks: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Every usable element with the block it stands in, in order."""
    for block in blocks:
        inside = [block.get("accessory"), block.get("element")]
        if block.get("type") == "actions":
            inside += block.get("elements", [])
        yield from ((block, one) for one in inside if one is not None)


def with_ids(blocks: Sequence[Mapping[str, Any]]) -> list[_Json]:
    """The blocks with a block_id and action_ids where the app gave none, as Slack fills them in."""
    return [_with_id(block) for block in blocks]


def _with_id(block: Mapping[str, Any]) -> _Json:
    filled = {**block, "block_id": block.get("block_id") or new_block_id()}
    for name in ("accessory", "element"):
        if name in filled:
            filled[name] = {"action_id": new_block_id(), **filled[name]}
    if filled["type"] == "actions":
        filled["elements"] = [{"action_id": new_block_id(), **one} for one in filled["elements"]]
    return filled


def value_field(kind: str) -> str | None:
    """The field of an input's state that holds its value; None for what holds none, such as a button."""
    return _HOLDS[kind][0] if kind in _HOLDS else None


def state_of(blocks: Sequence[Mapping[str, Any]], typed: State) -> State:
    """The state of all inputs: what was typed, else what the app put there first."""
    state: State = {}
    for block, element in elements(blocks):
        kind, action_id = element["type"], element["action_id"]
        if kind not in _HOLDS:
            continue
        held = typed.get(block["block_id"], {}).get(action_id)
        if held is None or held.get("type") != kind:
            held = _first(element)
        state.setdefault(block["block_id"], {})[action_id] = held
    return state


def _first(element: Mapping[str, Any]) -> _Json:
    field, initial = _HOLDS[element["type"]]
    return {"type": element["type"], field: element.get(initial, [] if element["type"] in _LISTS else None)}


def all_options(element: Mapping[str, Any]) -> list[_Json]:
    """The options of a select, those in groups too."""
    grouped = [one for group in element.get("option_groups", []) for one in group["options"]]
    return [*element.get("options", []), *grouped]
