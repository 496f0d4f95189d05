"""Decides whether a message's blocks, its metadata or a view may be shown; raises Slack's errors."""

import json
import re
from collections.abc import Mapping
from typing import Any

from sandbox.blocks.findings import Findings
from sandbox.blocks.layout import check_blocks
from sandbox.blocks.texts import check_text, text_length
from sandbox.errors import ApiError

MESSAGE_BLOCKS = 50
MESSAGE_CHARACTERS = 13_200
VIEW_BLOCKS = 100
VIEW_BYTES = 250_000
METADATA_BYTES = 16_000
_OF_MODALS = ("title", "submit", "close", "clear_on_close", "notify_on_close", "submit_disabled")
_OF_VIEWS = ("callback_id", "private_metadata", "external_id")


def check_message(blocks: list[dict[str, Any]]) -> None:
    """Raise ApiError when a message may not have these blocks."""
    findings = Findings()
    check_blocks(findings, blocks, "/blocks", limit=MESSAGE_BLOCKS)
    if findings.messages:
        raise ApiError(
            "invalid_blocks", errors=findings.messages, response_metadata={"messages": findings.messages}
        )
    if text_length(blocks) > MESSAGE_CHARACTERS:
        raise ApiError("msg_blocks_too_long")


def check_view(view: Mapping[str, Any], *, kind: str) -> None:
    """Raise ApiError when this may not be shown as a `modal` or `home`."""
    findings = Findings()
    if view.get("type") != kind:
        findings.add("/view/type", f"must be {kind}")
    _check_frame(findings, view, kind)
    check_blocks(findings, view.get("blocks"), "/view/blocks", limit=VIEW_BLOCKS)
    if findings.messages:
        raise ApiError("invalid_arguments", response_metadata={"messages": findings.messages})
    if len(json.dumps(view).encode()) > VIEW_BYTES:
        raise ApiError("view_too_large")


def _check_frame(findings: Findings, view: Mapping[str, Any], kind: str) -> None:
    required = ("type", "blocks", "title") if kind == "modal" else ("type", "blocks")
    findings.fields(
        view, "/view", required=required, allowed=(*_OF_VIEWS, *(_OF_MODALS if kind == "modal" else ()))
    )
    findings.string(view, "callback_id", "/view", limit=255, minimum=0)
    findings.string(view, "external_id", "/view", limit=255, minimum=0)
    findings.string(view, "private_metadata", "/view", limit=3000, minimum=0)
    for name in ("title", "submit", "close"):
        if name in view:
            check_text(findings, view[name], f"/view/{name}", limit=24)
    findings.flags(view, "/view", "clear_on_close", "notify_on_close", "submit_disabled")
    blocks = view.get("blocks")
    has_input = isinstance(blocks, list) and any(
        isinstance(b, Mapping) and b.get("type") == "input" for b in blocks
    )
    if kind == "modal" and has_input and "submit" not in view:
        findings.add("/view/submit", "missing required field: submit, as the view has an input block")


def check_metadata(metadata: Mapping[str, Any]) -> None:
    """Raise ApiError when a message may not carry this metadata.

    An event_payload holds strings, numbers, booleans, flat objects, and lists of flat objects.
    """
    event_type, payload = metadata.get("event_type"), metadata.get("event_payload")
    if set(metadata) - {"event_type", "event_payload"} or not isinstance(payload, Mapping):
        raise ApiError("invalid_metadata_format")
    if not isinstance(event_type, str) or not re.fullmatch(r"[A-Za-z0-9_.-]{1,255}", event_type):
        raise ApiError("invalid_metadata_format")
    if not all(_is_metadata_value(value) for value in payload.values()):
        raise ApiError("invalid_metadata_schema")
    if len(json.dumps(metadata).encode()) > METADATA_BYTES:
        raise ApiError("metadata_too_large")


def _is_metadata_value(value: object) -> bool:
    if isinstance(value, list):
        return all(isinstance(one, Mapping) and _is_flat(one) for one in value)
    return _is_flat(value) if isinstance(value, Mapping) else isinstance(value, str | int | float | bool)


def _is_flat(node: Mapping[str, Any]) -> bool:
    return all(isinstance(value, str | int | float | bool) for value in node.values())
