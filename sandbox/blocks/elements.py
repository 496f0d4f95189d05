"""Checks the elements that a person can use: buttons, selects, inputs."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from sandbox.blocks.findings import Findings
from sandbox.blocks.texts import ANY, PLAIN, check_confirm, check_option, check_text

_Node: TypeAlias = Mapping[str, Any]
_Check: TypeAlias = Callable[[Findings, _Node, str], None]

ID_LIMIT = 255
_COMMON = ("type", "action_id", "confirm", "focus_on_load")
_TYPED_LIMIT = 3000


def check_element(findings: Findings, node: object, at: str, *, allowed: tuple[str, ...]) -> None:
    """Check an element that stands where only those types are allowed."""
    if not isinstance(node, Mapping):
        findings.add(at, "must be an object")
        return
    kind = node.get("type")
    if kind not in allowed:
        findings.add(f"{at}/type", f"unsupported type: {kind}; allowed here: {', '.join(allowed)}")
        return
    findings.string(node, "action_id", at, limit=ID_LIMIT)
    findings.flags(node, at, "focus_on_load")
    if "confirm" in node:
        check_confirm(findings, node["confirm"], f"{at}/confirm")
    if "placeholder" in node:
        check_text(findings, node["placeholder"], f"{at}/placeholder", limit=150)
    _CHECKS[str(kind)](findings, node, at)


def _button(findings: Findings, node: _Node, at: str) -> None:
    findings.fields(
        node, at, required=("text",), allowed=(*_COMMON, "url", "value", "style", "accessibility_label")
    )
    check_text(findings, node.get("text"), f"{at}/text", limit=75)
    findings.string(node, "value", at, limit=2000)
    findings.string(node, "url", at, limit=3000)
    findings.string(node, "accessibility_label", at, limit=75)
    if node.get("style") not in (None, "primary", "danger"):
        findings.add(f"{at}/style", "must be one of: primary, danger")


def _static_select(findings: Findings, node: _Node, at: str) -> None:
    allowed = (*_COMMON, "placeholder", "options", "option_groups", "initial_option")
    findings.fields(node, at, allowed=allowed)
    if ("options" in node) == ("option_groups" in node):
        findings.add(at, "needs either options or option_groups")
        return
    grouped = "option_groups" in node
    known = _groups(findings, node, at) if grouped else _options(findings, node, at, limit=100)
    _initial(findings, node, at, "initial_option", known)


def _groups(findings: Findings, node: _Node, at: str) -> list[Any]:
    known: list[Any] = []
    for index, group in enumerate(findings.a_list(node, "option_groups", at, limit=100)):
        pointer = f"{at}/option_groups/{index}"
        if findings.an_object(group, pointer):
            findings.fields(group, pointer, required=("label", "options"))
            check_text(findings, group.get("label"), f"{pointer}/label", limit=75)
            known += _options(findings, group, pointer, limit=100)
    return known


def _overflow(findings: Findings, node: _Node, at: str) -> None:
    findings.fields(node, at, required=("options",), allowed=_COMMON)
    _options(findings, node, at, limit=5)


def _radio_buttons(findings: Findings, node: _Node, at: str) -> None:
    findings.fields(node, at, required=("options",), allowed=(*_COMMON, "initial_option"))
    _initial(findings, node, at, "initial_option", _options(findings, node, at, limit=10, kinds=ANY))


def _checkboxes(findings: Findings, node: _Node, at: str) -> None:
    findings.fields(node, at, required=("options",), allowed=(*_COMMON, "initial_options"))
    known = _options(findings, node, at, limit=10, kinds=ANY)
    if "initial_options" in node:
        for index, one in enumerate(findings.a_list(node, "initial_options", at, limit=10)):
            if one not in known:
                findings.add(f"{at}/initial_options/{index}", "must be one of the options")


def _options(
    findings: Findings, node: _Node, at: str, *, limit: int, kinds: tuple[str, ...] = PLAIN
) -> list[Any]:
    options = findings.a_list(node, "options", at, limit=limit)
    for index, option in enumerate(options):
        check_option(findings, option, f"{at}/options/{index}", kinds=kinds)
    return options


def _initial(findings: Findings, node: _Node, at: str, name: str, known: list[Any]) -> None:
    if name in node and node[name] not in known:
        findings.add(f"{at}/{name}", "must be one of the options")


def _users_select(findings: Findings, node: _Node, at: str) -> None:
    findings.fields(node, at, allowed=(*_COMMON, "placeholder", "initial_user"))
    findings.string(node, "initial_user", at, limit=ID_LIMIT)


def _multi_users_select(findings: Findings, node: _Node, at: str) -> None:
    findings.fields(node, at, allowed=(*_COMMON, "placeholder", "initial_users", "max_selected_items"))
    if "initial_users" in node:
        findings.a_list(node, "initial_users", at, limit=100, minimum=0)
    _whole(findings, node, "max_selected_items", at, lowest=1, highest=100)


def _datepicker(findings: Findings, node: _Node, at: str) -> None:
    findings.fields(node, at, allowed=(*_COMMON, "placeholder", "initial_date"))
    findings.string(node, "initial_date", at, limit=10, minimum=10)


def _plain_text_input(findings: Findings, node: _Node, at: str) -> None:
    own = ("placeholder", "initial_value", "multiline", "min_length", "max_length", "dispatch_action_config")
    findings.fields(node, at, allowed=(*(one for one in _COMMON if one != "confirm"), *own))
    findings.flags(node, at, "multiline")
    findings.string(node, "initial_value", at, limit=_TYPED_LIMIT, minimum=0)
    _whole(findings, node, "min_length", at, lowest=0, highest=_TYPED_LIMIT)
    _whole(findings, node, "max_length", at, lowest=1, highest=_TYPED_LIMIT)


def _whole(findings: Findings, node: _Node, name: str, at: str, *, lowest: int, highest: int) -> None:
    value = node.get(name)
    if value is not None and (not isinstance(value, int) or not lowest <= value <= highest):
        findings.add(f"{at}/{name}", f"must be a whole number from {lowest} to {highest}")


_CHECKS: dict[str, _Check] = {
    "button": _button,
    "static_select": _static_select,
    "overflow": _overflow,
    "radio_buttons": _radio_buttons,
    "checkboxes": _checkboxes,
    "users_select": _users_select,
    "multi_users_select": _multi_users_select,
    "datepicker": _datepicker,
    "plain_text_input": _plain_text_input,
}
