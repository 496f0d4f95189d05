"""What the outside said, made fit for people and records: without known secrets, control characters and length."""

import json
import re
from base64 import b64encode
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote

from pydantic import SecretStr

MASK: Final = "‹secret›"
_QUOTED_AT_MOST: Final = 200
_ANSI: Final = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?")


def masked(text: str, secrets: Iterable[SecretStr]) -> str:
    """The text without these secrets, in whatever usual spelling they stand in it."""
    spellings = {spelt for one in secrets for spelt in _spellings(one.get_secret_value()) if spelt}
    for spelling in sorted(spellings, key=len, reverse=True):
        text = text.replace(spelling, MASK)
    return text


def readable(text: str) -> str:
    """The text without terminal codes and control characters; line ends stay."""
    plain = _ANSI.sub("", text).replace("\r\n", "\n").replace("\t", "    ")
    return "".join(one if one == "\n" or one.isprintable() else "·" for one in plain)


def quoted(text: str, secrets: Iterable[SecretStr] = (), *, at_most: int = _QUOTED_AT_MOST) -> str:
    """The text on one line, masked before it is cut."""
    line = " ".join(readable(masked(text, secrets)).split())
    return line if len(line) <= at_most else f"{line[:at_most]}…"


def _spellings(value: str) -> set[str]:
    plain = {value, value.partition(":")[2]} if ":" in value else {value}
    coded = {b64encode(one.encode()).decode() for one in plain}
    return plain | coded | {quote(one, safe="") for one in plain} | {json.dumps(one)[1:-1] for one in plain}
