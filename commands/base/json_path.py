"""Where in a JSON answer a value stands: names and numbers, such as `data.items[0].state`."""

import re
from typing import Any, Final

JSON_PATH: Final = r"^[A-Za-z0-9_$@:-]+(\[\d{1,6}\])*(\.[A-Za-z0-9_$@:-]+(\[\d{1,6}\])*)*$"
_STEP: Final = re.compile(r"\[(\d+)\]|([^.\[\]]+)")


class _Missing:
    """There is no value at this path."""


MISSING: Final = _Missing()


def find(document: Any, path: str) -> Any:  # noqa: ANN401 - JSON
    """The value at this path, or MISSING."""
    for number, name in _STEP.findall(path):
        try:
            document = document[int(number)] if number else _member(document, name)
        except (KeyError, IndexError, TypeError):
            return MISSING
    return document


def equal(one: Any, other: Any) -> bool:  # noqa: ANN401 - JSON
    """Whether two JSON values are the same; true is not 1."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return bool(one == other)


def _member(document: Any, name: str) -> Any:  # noqa: ANN401 - JSON
    if not isinstance(document, dict):
        raise TypeError
    return document[name]
