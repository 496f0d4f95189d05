"""Addresses that a configuration names: http or https, no credentials in them, `{id}` as the one placeholder."""

import re
from typing import Annotated, Final
from urllib.parse import parse_qsl, quote

from pydantic import AfterValidator
from yarl import URL

_PLACEHOLDER: Final = re.compile(r"\{[^{}]*\}")
_SECRET_NAME: Final = re.compile(r"(?i)(token|secret|passw|api[-_]?key|credential|signature)")
_LONGEST: Final = 2048
_NEVER: Final = set(' \\"<>^`|')


def web_address(given: str) -> str:
    """The address as it is. Raises ValueError, saying what is wrong with it."""
    if len(given) > _LONGEST or not (given.isascii() and given.isprintable()) or set(given) & _NEVER:
        raise ValueError("must be an address without blanks, such as https://pause.example.com/v1/{id}")
    if set(_PLACEHOLDER.findall(given)) - {"{id}"} or _PLACEHOLDER.sub("", given).strip("{}") != (
        _PLACEHOLDER.sub("", given)
    ):
        raise ValueError("knows {id} as its one placeholder")
    url = _parsed(given)
    if url.user is not None or url.password is not None:
        raise ValueError("must not hold a user or password; use auth")
    if any(_SECRET_NAME.search(name) for name, _ in parse_qsl(url.raw_query_string, keep_blank_values=True)):
        raise ValueError("must not hold a secret in its query; use auth")
    return given


WebAddress = Annotated[str, AfterValidator(web_address)]
"""A field of parameters that holds an address."""


def has_id(address: str) -> bool:
    """Whether there is a place for an id."""
    return "{id}" in address


def fill_address(address: str, one: str) -> str:
    """The address with the id in its place, percent-encoded in full."""
    return address.replace("{id}", quote(one, safe=""))


def _parsed(given: str) -> URL:
    try:
        url = URL(given.replace("{id}", "0"), encoded=True)
        url.port  # noqa: B018 - raises where the port is none
        authority = URL(given.replace("{id}", "1"), encoded=True).raw_authority
    except ValueError:
        raise ValueError("is no address") from None
    if url.scheme not in {"http", "https"} or not url.host:
        raise ValueError("must begin with http:// or https:// and a host")
    if url.raw_authority != authority or "{id}" in given.split("://", 1)[0]:
        raise ValueError("must not have {id} in its host")
    return url
