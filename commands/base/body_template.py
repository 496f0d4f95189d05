"""A JSON body with places for ids and a reason. They are filled in as data: no value can change the body's structure."""

import re
from collections.abc import Mapping
from typing import Any, Final

_PLACE: Final = re.compile(r"\{(id|reason)\}")
_ALL_IDS: Final = "{ids}"


def fill_body(template: Any, *, ids: tuple[str, ...], reason: str) -> Any:  # noqa: ANN401 - JSON
    """The body for these ids.

    A string that is "{ids}" becomes the list of them; "{id}" and "{reason}" may stand anywhere in a string. Names of
    fields stay as they are, and what was filled in is not looked at again.
    """
    return _fill(template, ids, {"id": ids[0] if ids else "", "reason": reason})


def places(template: Any) -> set[str]:  # noqa: ANN401 - JSON
    """Which of id, ids and reason the template asks for."""
    if isinstance(template, Mapping):
        return set().union(*(places(value) for value in template.values()))
    if isinstance(template, list | tuple):
        return set().union(*(places(value) for value in template))
    if not isinstance(template, str):
        return set()
    return {"ids"} if template == _ALL_IDS else set(_PLACE.findall(template))


def _fill(template: Any, ids: tuple[str, ...], values: Mapping[str, str]) -> Any:  # noqa: ANN401 - JSON
    if isinstance(template, Mapping):
        return {name: _fill(value, ids, values) for name, value in template.items()}
    if isinstance(template, list | tuple):
        return [_fill(value, ids, values) for value in template]
    if not isinstance(template, str):
        return template
    if template == _ALL_IDS:
        return list(ids)
    return _PLACE.sub(lambda place: values[place[1]], template)
