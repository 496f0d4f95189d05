"""Cursor pagination, as Slack does it for lists."""

import base64
import binascii
from collections.abc import Sequence
from typing import TypeVar

from sandbox.errors import ApiError
from sandbox.workspace import Json

_T = TypeVar("_T")
MOST = 999


def page(
    items: Sequence[_T], cursor: str | None, limit: int | None, *, default: int = 100
) -> tuple[list[_T], Json]:
    """One page, and the fields that tell how to get the next.

    Raises:
        ApiError: a limit outside 1 to 999, or a cursor that was never given out.
    """
    size = default if limit in (None, 0) else limit or default
    if not 1 <= size <= MOST:
        raise ApiError("invalid_limit")
    start = _position(cursor) if cursor else 0
    following = start + size
    more = following < len(items)
    return list(items[start:following]), {
        "response_metadata": {"next_cursor": _cursor(following) if more else ""}
    }


def _cursor(position: int) -> str:
    return base64.urlsafe_b64encode(f"next:{position}".encode()).decode()


def _position(cursor: str) -> int:
    try:
        word, _, number = base64.urlsafe_b64decode(cursor.encode()).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise ApiError("invalid_cursor") from error
    if word != "next" or not number.isdecimal():
        raise ApiError("invalid_cursor")
    return int(number)
