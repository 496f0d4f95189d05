"""Checks text objects, option objects and confirmation dialogs."""

from collections.abc import Mapping
from typing import Any

from sandbox.blocks.findings import Findings

PLAIN = ("plain_text",)
ANY = ("plain_text", "mrkdwn")
OPTION_TEXT = 75
OPTION_VALUE = 150


def check_text(
    findings: Findings, node: object, at: str, *, limit: int, kinds: tuple[str, ...] = PLAIN, minimum: int = 1
) -> None:
    """Check a text object: its kind, and its length in characters."""
    if not isinstance(node, Mapping):
        findings.add(at, "must be an object")
        return
    if node.get("type") not in kinds:
        findings.add(f"{at}/type", f"must be one of: {', '.join(kinds)}")
    own = ("emoji",) if node.get("type") == "plain_text" else ("verbatim",)
    findings.fields(node, at, required=("type", "text"), allowed=own)
    findings.string(node, "text", at, limit=limit, minimum=minimum)


def check_option(findings: Findings, node: object, at: str, *, kinds: tuple[str, ...]) -> None:
    """Check an option: texts, value."""
    if not isinstance(node, Mapping):
        findings.add(at, "must be an object")
        return
    findings.fields(node, at, required=("text", "value"), allowed=("description", "url"))
    check_text(findings, node.get("text"), f"{at}/text", limit=OPTION_TEXT, kinds=kinds)
    findings.string(node, "value", at, limit=OPTION_VALUE)
    if "description" in node:
        check_text(findings, node["description"], f"{at}/description", limit=OPTION_TEXT, kinds=kinds)


def check_confirm(findings: Findings, node: object, at: str) -> None:
    """Check a confirmation dialog."""
    if not isinstance(node, Mapping):
        findings.add(at, "must be an object")
        return
    findings.fields(node, at, required=("title", "text"), allowed=("confirm", "deny", "style"))
    check_text(findings, node.get("title"), f"{at}/title", limit=100)
    check_text(findings, node.get("text"), f"{at}/text", limit=300, kinds=ANY)
    for name in ("confirm", "deny"):
        if name in node:
            check_text(findings, node[name], f"{at}/{name}", limit=30)


def text_length(node: Any) -> int:  # noqa: ANN401 -- walks any JSON
    """How many characters of text stand in a tree of blocks."""
    if isinstance(node, dict):
        if node.get("type") in ANY and isinstance(node.get("text"), str):
            return len(node["text"])
        return sum(text_length(value) for value in node.values())
    return sum(text_length(value) for value in node) if isinstance(node, list) else 0
