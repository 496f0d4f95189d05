"""The parameters of a request to any HTTP endpoint, checked: what an organisation configures and what people add."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, JsonValue, model_validator

from commands.base.body_template import places
from commands.base.contract import Params
from commands.base.http_call import Auth
from commands.base.probe import Probe
from commands.base.web_address import WebAddress, has_id

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]

_HEADER: Final = re.compile(r"^[A-Za-z0-9][A-Za-z0-9-]{0,63}$")
_SECRET_HEADER: Final = re.compile(
    r"(?i)(authorization|cookie|token|secret|passw|api-?key|credential|signature)"
)
_OURS: Final = frozenset({"host", "content-length", "transfer-encoding", "connection", "expect", "upgrade"})
_ID: Final = r"[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}"
_ID_AT_MOST: Final = 256
_ONCE_IS_ENOUGH: Final = frozenset({"GET", "PUT", "DELETE"})


def _headers(given: Mapping[str, str]) -> Mapping[str, str]:
    for name, value in given.items():
        if not _HEADER.match(name) or name.lower() in _OURS:
            raise ValueError("has a name that can't be set")
        if _SECRET_HEADER.search(name):
            raise ValueError("must hold no secret; use auth")
        if not value.isprintable() or not value.isascii():
            raise ValueError("has a value that can't be sent")
    return given


def _pattern(given: str) -> str:
    try:
        re.compile(given)
    except re.error:
        raise ValueError("is no regular expression") from None
    return given


def _list_of_ids(given: Any) -> Any:  # noqa: ANN401 - whatever was given
    """Pasted lists, one a line or with commas; without repetitions, in order."""
    found = re.split(r"[\s,;]+", given.strip()) if isinstance(given, str) else given
    if not isinstance(found, list | tuple) or not all(isinstance(one, str | int) for one in found):
        return found
    return tuple(dict.fromkeys(str(one).strip() for one in found if str(one).strip()))


class Revert(Params):
    """The request that takes the first one back; sent with its headers, credential and ids."""

    method: Method = Field(default="POST", description="the HTTP method")
    url: WebAddress = Field(description="where to; {id} in its path stands for the id")
    body: JsonValue = Field(default=None, description='JSON with "{id}", "{ids}" and "{reason}" as places')
    probe: Probe | None = Field(
        default=None, description="seen afterwards; without it, what `before` saw must be there again"
    )


class HttpRequestParams(Params):
    """What is sent, to whom, and how its effect is seen."""

    method: Method = Field(default="POST", description="the HTTP method")
    url: WebAddress = Field(description="where to; {id} in its path or query stands for the id")
    headers: Annotated[Mapping[str, str], AfterValidator(_headers)] = Field(
        default_factory=dict, description="more headers; no secrets"
    )
    auth: Auth | None = Field(default=None, description="the credential, by the name of its variable")
    body: JsonValue = Field(
        default=None, description='JSON with "{id}", "{ids}" and "{reason}" as places; null for no body'
    )
    ids: Annotated[tuple[str, ...], BeforeValidator(_list_of_ids)] = Field(
        default=(),
        description="whom or what it is about, such as conversation ids; a pasted list is accepted",
    )
    id_pattern: Annotated[str, AfterValidator(_pattern)] = Field(
        default=_ID, description="what an id looks like, as a regular expression for all of it"
    )
    limit: int = Field(default=100, ge=1, le=10_000, description="how many ids are accepted at most")
    batch_size: int = Field(default=1, ge=1, le=1_000, description="how many ids go into one request")
    reason: str = Field(default="", max_length=500, description="why, for {reason} in the body")
    retries: int = Field(default=2, ge=0, le=5, description="how often more a request is tried when it fails")
    timeout_seconds: float = Field(default=10, gt=0, le=120, description="how long one request may take")
    accept: tuple[int, ...] = Field(
        default=(), description="statuses beside 2xx that mean done, such as 404 for what is deleted already"
    )
    idempotency_header: str | None = Field(
        default="Idempotency-Key",
        pattern=_HEADER.pattern,
        description="the header by which the endpoint knows a repeated request; null when it knows none",
    )
    safe_twice: bool = Field(
        default=False, description="without that header: the same request sent twice does no more than once"
    )
    destroys_evidence: bool = Field(
        default=False, description="whether it deletes what an investigation needs, such as purged messages"
    )
    probe: Probe = Field(description="how its effect is seen afterwards")
    before: Probe | None = Field(default=None, description="read for the plan: how things stand before")
    revert: Revert | None = Field(default=None, description="the request that takes it back, if one does")

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if len(self.ids) > self.limit:
            raise ValueError(f"{len(self.ids)} ids are more than the limit of {self.limit}")
        if any(len(one) > _ID_AT_MOST or one in {".", ".."} for one in self.ids) or not all(
            re.fullmatch(self.id_pattern, one) for one in self.ids
        ):
            raise ValueError("an id does not look as one should")
        if self.idempotency_header is None and not self.safe_twice and not self._is_safe_by_method():
            raise ValueError(
                "a request that is not safe to send twice needs idempotency_header or safe_twice"
            )
        if self.revert and not self.revert.probe and not self.before:
            raise ValueError("revert needs a probe, or before, to see that it worked")
        for url, body in self._addressed():
            self._check_places(url, body)
        return self

    def _is_safe_by_method(self) -> bool:
        methods = {self.method} | ({self.revert.method} if self.revert else set())
        return methods <= _ONCE_IS_ENOUGH

    def _addressed(self) -> list[tuple[str, Any]]:
        again = [(self.revert.url, self.revert.body)] if self.revert else []
        return [(self.url, self.body), *again]

    def _check_places(self, url: str, body: Any) -> None:  # noqa: ANN401 - JSON
        asked = places(body) | ({"id"} if has_id(url) else set())
        if not self.ids and asked & {"id", "ids"}:
            raise ValueError("ids are needed: give at least one")
        if self.batch_size > 1 and "id" in asked:
            raise ValueError("a batch has {ids}, not {id}")
        if self.ids and not asked & {"id", "ids"}:
            raise ValueError("ids are given, but neither url nor body has a place for them")
