"""Checks blocks: header, section, context, divider, actions and input."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from sandbox.blocks.elements import ID_LIMIT, check_element
from sandbox.blocks.findings import Findings
from sandbox.blocks.texts import ANY, check_text

_Node: TypeAlias = Mapping[str, Any]
_COMMON = ("type", "block_id")
_PICKED = ("static_select", "users_select", "radio_buttons", "checkboxes", "datepicker")
_IN_ACTIONS = ("button", "overflow", *_PICKED)
_IN_SECTION = (*_IN_ACTIONS, "multi_users_select")
_IN_INPUT = ("plain_text_input", "multi_users_select", *_PICKED)


def check_blocks(findings: Findings, blocks: object, at: str, *, limit: int) -> None:
    """Check a list of at most so many blocks."""
    if not isinstance(blocks, Sequence) or isinstance(blocks, str):
        findings.add(at, "must be an array")
        return
    if len(blocks) > limit:
        findings.add(at, f"no more than {limit} items allowed")
    for index, block in enumerate(blocks):
        _check_block(findings, block, f"{at}/{index}")
    _check_unique(findings, [b.get("block_id") for b in blocks if isinstance(b, Mapping)], "block_id", at)


def _check_block(findings: Findings, block: object, at: str) -> None:
    if not isinstance(block, Mapping):
        findings.add(at, "must be an object")
        return
    check = _CHECKS.get(str(block.get("type")))
    if check is None:
        findings.add(f"{at}/type", f"unsupported type: {block.get('type')}")
        return
    findings.string(block, "block_id", at, limit=ID_LIMIT)
    check(findings, block, at)


def _check_unique(findings: Findings, ids: Sequence[object], name: str, at: str) -> None:
    given = [one for one in ids if isinstance(one, str)]
    for twice in sorted({one for one in given if given.count(one) > 1}):
        findings.add(at, f"{name} {twice!r} already exists")


def _header(findings: Findings, block: _Node, at: str) -> None:
    findings.fields(block, at, required=("text",), allowed=_COMMON)
    check_text(findings, block.get("text"), f"{at}/text", limit=150)


def _divider(findings: Findings, block: _Node, at: str) -> None:
    findings.fields(block, at, allowed=_COMMON)


def _section(findings: Findings, block: _Node, at: str) -> None:
    findings.fields(block, at, allowed=(*_COMMON, "text", "fields", "accessory", "expand"))
    if "text" not in block and "fields" not in block:
        findings.add(at, "missing required field: text or fields")
    if "text" in block:
        check_text(findings, block["text"], f"{at}/text", limit=3000, kinds=ANY)
    if "fields" in block:
        for index, field in enumerate(findings.a_list(block, "fields", at, limit=10)):
            check_text(findings, field, f"{at}/fields/{index}", limit=2000, kinds=ANY)
    if "accessory" in block:
        check_element(findings, block["accessory"], f"{at}/accessory", allowed=_IN_SECTION)


def _context(findings: Findings, block: _Node, at: str) -> None:
    findings.fields(block, at, required=("elements",), allowed=_COMMON)
    for index, element in enumerate(findings.a_list(block, "elements", at, limit=10)):
        check_text(findings, element, f"{at}/elements/{index}", limit=3000, kinds=ANY)


def _actions(findings: Findings, block: _Node, at: str) -> None:
    findings.fields(block, at, required=("elements",), allowed=_COMMON)
    elements = findings.a_list(block, "elements", at, limit=25)
    for index, element in enumerate(elements):
        check_element(findings, element, f"{at}/elements/{index}", allowed=_IN_ACTIONS)
    _check_unique(findings, [e.get("action_id") for e in elements if isinstance(e, Mapping)], "action_id", at)


def _input(findings: Findings, block: _Node, at: str) -> None:
    allowed = (*_COMMON, "hint", "optional", "dispatch_action")
    findings.fields(block, at, required=("label", "element"), allowed=allowed)
    check_text(findings, block.get("label"), f"{at}/label", limit=2000)
    if "hint" in block:
        check_text(findings, block["hint"], f"{at}/hint", limit=2000)
    findings.flags(block, at, "optional", "dispatch_action")
    check_element(findings, block.get("element"), f"{at}/element", allowed=_IN_INPUT)


_CHECKS: dict[str, Callable[[Findings, _Node, str], None]] = {
    "header": _header,
    "divider": _divider,
    "section": _section,
    "context": _context,
    "actions": _actions,
    "input": _input,
}
