"""Puts a validation error of a YAML file into a sentence: what is wrong with this key and what to write.

Knows pydantic's kinds of errors and nothing of files; `bot/yaml_source.py` says where the mistake stands.
"""

import types
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

SHOWN_LIMIT = 60


def worded(error: ErrorDetails, loc: Sequence[str | int], model: type[BaseModel]) -> str:
    """What is wrong at `loc`, the part of the error's location that the document has."""
    if error["type"] == "extra_forbidden":
        return _unknown_key(str(error["loc"][-1]), known_keys(model, loc[:-1]))
    if error["type"] == "missing":
        return f'the key "{error["loc"][-1]}" is missing; add it'
    wording = _WORDINGS.get(error["type"])
    return wording(error) if wording else f"{error['msg']}, not {_shown(error['input'])}"


def known_keys(model: type[BaseModel], loc: Sequence[str | int]) -> list[str]:
    """The keys that the model knows at this location, in the model's order."""
    places: list[Any] = [model]
    for step in loc:
        places = [inner for place in places for inner in _stepped(place, step)]
    models = [place for place in places if _is_model(place)]
    return list(
        dict.fromkeys(_key(name, field) for one in models for name, field in one.model_fields.items())
    )


def _stepped(annotation: Any, step: str | int) -> list[Any]:  # noqa: ANN401 - an annotation may be anything
    """The annotations of what stands under this key or index."""
    if _is_model(annotation):
        fields = annotation.model_fields.items()
        return [
            inner for name, field in fields if _key(name, field) == step for inner in _plain(field.annotation)
        ]
    arguments = get_args(annotation)
    return _plain(arguments[-1 if isinstance(step, str) else 0]) if arguments else []


def _plain(annotation: Any) -> list[Any]:  # noqa: ANN401 - an annotation may be anything
    """The annotation without Annotated, and a union as its members."""
    if hasattr(annotation, "__metadata__"):
        return _plain(annotation.__origin__)
    if get_origin(annotation) in (Union, types.UnionType):
        return [inner for member in get_args(annotation) for inner in _plain(member)]
    return [annotation]


def _is_model(annotation: Any) -> bool:  # noqa: ANN401 - an annotation may be anything
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _key(name: str, field: FieldInfo) -> str:
    return field.alias or name


def _unknown_key(key: str, known: list[str]) -> str:
    near = get_close_matches(key, known, n=1)
    advice = f'did you mean "{near[0]}"?' if near else f"the keys here are {', '.join(known) or 'none'}"
    return f'unknown key "{key}"; {advice}'


def _shown(value: object) -> str:
    """A value in a few words of YAML rather than of Python."""
    if isinstance(value, bool | type(None)):
        return {True: "yes (true)", False: "no (false)", None: "empty"}[value]
    if isinstance(value, dict):
        return "keys and values"
    if isinstance(value, list):
        return "a list"
    text = " ".join(str(value).split())
    text = text if len(text) <= SHOWN_LIMIT else f"{text[:SHOWN_LIMIT]}…"
    return f'"{text}"' if isinstance(value, str) else text


def _text(error: ErrorDetails) -> str:
    """YAML reads yes, 12:30 or 1.0 as something else than text, which surprises people."""
    quotable = isinstance(error["input"], bool | int | float)
    return f"must be text, not {_shown(error['input'])}" + ("; put it in quotes" if quotable else "")


def _must(what: str) -> Callable[[ErrorDetails], str]:
    return lambda error: f"must be {what.format(**error.get('ctx', {}))}, not {_shown(error['input'])}"


def _too_long(error: ErrorDetails) -> str:
    limits = error.get("ctx", {})
    return f"has {limits['actual_length']} entries; {limits['max_length']} is the most"


def _too_short(error: ErrorDetails) -> str:
    return f"has too few entries; it needs at least {error.get('ctx', {})['min_length']}"


_WORDINGS: dict[str, Callable[[ErrorDetails], str]] = {
    "bool_parsing": _must("yes or no"),
    "bool_type": _must("yes or no"),
    "dict_type": _must("keys and values"),
    "greater_than": _must("more than {gt}"),
    "greater_than_equal": _must("at least {ge}"),
    "int_from_float": _must("a whole number"),
    "int_parsing": _must("a whole number"),
    "int_type": _must("a whole number"),
    "less_than": _must("less than {lt}"),
    "less_than_equal": _must("at most {le}"),
    "list_type": _must("a list, each entry on a line of its own after a hyphen"),
    "literal_error": _must("one of {expected}"),
    "model_attributes_type": _must("keys and values"),
    "model_type": _must("keys and values"),
    "string_pattern_mismatch": _must("text of the form {pattern}"),
    "string_too_long": lambda error: (
        f"is {len(str(error['input']).strip())} characters long; {error.get('ctx', {})['max_length']} is the most"
    ),
    "string_too_short": lambda _: "is empty; write something or remove the key",
    "string_type": _text,
    "too_long": _too_long,
    "too_short": _too_short,
    "tuple_type": _must("a list, each entry on a line of its own after a hyphen"),
    "value_error": lambda error: str(error.get("ctx", {})["error"]),
}
