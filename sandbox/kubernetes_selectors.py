"""Label and field selectors, as queries and objects write them."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from sandbox.kubernetes_answers import Json, RefusalError

Matches = Callable[[Mapping[str, Any]], bool]
_TERM: Final = re.compile(
    r"""^\s*(?: (?P<absent>!\s*[\w./-]+)
      | (?P<key>[\w./-]+)\s*(?: (?P<how>==|=|!=)\s*(?P<value>[\w.-]*)
        | \s(?P<set>in|notin)\s*\((?P<values>[^)]*)\) )? )\s*$""",
    re.VERBOSE,
)


def selector(labels: str, fields: str) -> Matches:
    """What tells whether an object is meant. Raises RefusalError (400) for what can't be read."""
    terms = [_label(term) for term in re.split(r",(?![^(]*\))", labels) if term]
    named = [_field(term) for term in fields.split(",") if term]
    return lambda thing: all(term(thing) for term in [*terms, *named])


def matches_labels(wanted: Json, thing: Mapping[str, Any]) -> bool:
    """Whether an object has all these labels."""
    labels = thing["metadata"].get("labels") or {}
    return bool(wanted) and all(labels.get(key) == value for key, value in wanted.items())


def _label(text: str) -> Matches:
    found = _TERM.match(text)
    if found is None:
        raise RefusalError(400, f"unable to parse requirement: {text}")
    if absent := found["absent"]:
        return lambda thing: absent[1:].strip() not in _labels(thing)
    key, values = found["key"], {one.strip() for one in (found["values"] or "").split(",")}
    if found["how"] in {"=", "=="}:
        return lambda thing: _labels(thing).get(key) == found["value"]
    if found["how"] == "!=":
        return lambda thing: _labels(thing).get(key) != found["value"]
    if found["set"] == "in":
        return lambda thing: _labels(thing).get(key) in values
    if found["set"] == "notin":
        return lambda thing: _labels(thing).get(key) not in values
    return lambda thing: key in _labels(thing)


def _field(text: str) -> Matches:
    path, _, value = text.replace("==", "=").partition("=")
    if path not in {"metadata.name", "metadata.namespace", "status.phase", "type"}:
        raise RefusalError(400, f'field label not supported: "{path}"')

    def matches(thing: Mapping[str, Any]) -> bool:
        found: Any = thing
        for step in path.split("."):
            found = (found or {}).get(step)
        return bool(found == value)

    return matches


def _labels(thing: Mapping[str, Any]) -> Mapping[str, str]:
    return thing["metadata"].get("labels") or {}
