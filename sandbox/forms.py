"""A modal's fields: putting plain values into them, and what Slack's client refuses to send."""

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.blocks.inputs import State, all_options, elements, state_of, value_field
from sandbox.errors import NotPossibleError
from sandbox.workspace import Json, User, View

_REQUIRED = "Please complete this required field."


def problems(view: View, typed: State) -> dict[str, str]:
    """What the client refuses to send, by block id: required fields left out, texts too short or too long."""
    state = state_of(view.blocks, typed)
    wrong = {}
    for block in view.blocks:
        if block["type"] == "input":
            element = block["element"]
            held = state[block["block_id"]][element["action_id"]]
            text = _problem(
                element, held[value_field(element["type"]) or ""], optional=block.get("optional", False)
            )
            if text:
                wrong[block["block_id"]] = text
    return wrong


def _problem(element: Mapping[str, Any], value: Any, *, optional: bool) -> str | None:  # noqa: ANN401 -- JSON
    if value in (None, "", []):
        return None if optional else _REQUIRED
    if element["type"] == "plain_text_input":
        if len(value) > element.get("max_length", 3000):
            return f"Please keep this under {element.get('max_length', 3000)} characters."
        if len(value) < element.get("min_length", 0):
            return f"Please write at least {element['min_length']} characters."
    if len(value) > element.get("max_selected_items", 100) and element["type"] == "multi_users_select":
        return f"Please choose at most {element['max_selected_items']}."
    return None


def filled(view: View, values: Mapping[str, Any], users: Mapping[str, User]) -> State:
    """Plain values, by action_id or block_id, as the state of the view's inputs.

    Raises:
        NotPossibleError: no such field, or nothing in it that has this value.
    """
    state: State = {}
    left = dict(values)
    for block, element in elements(view.blocks):
        for name in (element["action_id"], block["block_id"]):
            if name in left and value_field(element["type"]):
                held = held_value(element, left.pop(name), users)
                state.setdefault(block["block_id"], {})[element["action_id"]] = held
                break
    if left:
        known = [f"{block['block_id']}/{element['action_id']}" for block, element in elements(view.blocks)]
        raise NotPossibleError(f"No field {', '.join(left)} in the modal; there are {', '.join(known)}.")
    return state


def held_value(element: Mapping[str, Any], value: Any, users: Mapping[str, User]) -> Json:  # noqa: ANN401 -- JSON
    """A plain value as an input's state: an option by its value, a person by name or id.

    Raises:
        NotPossibleError: there is no such option or person.
    """
    kind = element["type"]
    field = value_field(kind)
    if field is None:
        raise NotPossibleError(f"A {kind} holds no value.")
    if value is None or value == "":
        return {"type": kind, field: [] if field in {"selected_options", "selected_users"} else None}
    if field == "selected_option":
        return {"type": kind, field: option(element, value)}
    if field == "selected_options":
        return {"type": kind, field: [option(element, one) for one in _several(value)]}
    if field == "selected_user":
        return {"type": kind, field: person_id(users, value)}
    if field == "selected_users":
        return {"type": kind, field: [person_id(users, one) for one in _several(value)]}
    return {"type": kind, field: value}


def option(element: Mapping[str, Any], value: str) -> Json:
    """The option with this value, or else with this text."""
    options = all_options(element)
    for one in [
        *(o for o in options if o["value"] == value),
        *(o for o in options if o["text"]["text"] == value),
    ]:
        return one
    raise NotPossibleError(f"No option {value!r}; there are {', '.join(o['value'] for o in options)}.")


def person_id(users: Mapping[str, User], name_or_id: str) -> str:
    """A person's id by id or name."""
    for user in users.values():
        if name_or_id in (user.id, user.name):
            return user.id
    raise NotPossibleError(f"There is nobody called {name_or_id!r}.")


def _several(value: str | Sequence[str]) -> Sequence[str]:
    return [value] if isinstance(value, str) else value
