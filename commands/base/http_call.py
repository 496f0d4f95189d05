"""One HTTP call of a command: its credential by reference, its timeout, its bounded answer, its failure in plain words.

Redirects are never followed: a credential goes to the address that was configured and nowhere else. Repeating is
`http_retries.py`; what a status means is `http_refusal.py`.
"""

import json
import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import aiohttp
from pydantic import BaseModel, ConfigDict, Field, SecretStr
from yarl import URL

from commands.base import connections
from commands.base.contract import Params, Surroundings
from commands.base.http_refusal import lost, refusal, unreachable, unsecured
from commands.base.masking import quoted
from incidents.containment import ActionError

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
ANSWER_LIMIT: Final = 1024 * 1024
METRICS_LIMIT: Final = 16 * 1024 * 1024
_CONNECT_SECONDS: Final = 5
_PATH_SHOWN: Final = 120
_VARIABLE: Final = r"^[A-Za-z_][A-Za-z0-9_]{0,127}$"


class Auth(Params):
    """A credential by reference: the name of the variable that holds it, and how it is sent."""

    env: str = Field(pattern=_VARIABLE, description="the environment variable that holds the credential")
    scheme: Literal["Bearer", "Basic", "none"] = Field(
        default="Bearer", description='Bearer, Basic (the variable holds "user:password"), or none: as it is'
    )
    header: str = Field(
        default="Authorization",
        pattern=r"^[A-Za-z0-9-]{1,64}$",
        description="the header that the credential is sent in",
    )


class _Allowed(BaseModel):
    """`connections.http`."""

    model_config = ConfigDict(extra="forbid")

    allowed_hosts: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Call:
    """One request to make.

    Attributes:
        body: sent as JSON; None for no body.
        form: sent as a form, in place of a body.
        timeout: seconds in all.
        limit: bytes of the answer that are read at most.
        accept: statuses that are as good as a 2xx.
        guarded: whether `connections.http.allowed_hosts` decides about the host. What comes from `connections:`
            itself needs no such permission.
        reads: whether it changes nothing in spite of its method.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    form: Mapping[str, str] | None = None
    auth: Auth | None = None
    timeout: float = 10
    limit: int = ANSWER_LIMIT
    accept: frozenset[int] = frozenset()
    guarded: bool = True
    reads: bool = False

    @property
    def changes(self) -> bool:
        """Whether the request can have an effect."""
        return not self.reads and self.method not in SAFE_METHODS

    @property
    def what(self) -> str:
        """The request in a few words, without its query."""
        url = URL(self.url, encoded=True)
        return quoted(f"{self.method} {url.origin()}{url.raw_path}", at_most=_PATH_SHOWN)


@dataclass(frozen=True)
class Answer:
    """What came back, at most as much of it as the call's limit."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    whole: bool
    secrets: tuple[SecretStr, ...] = ()

    @property
    def text(self) -> str:
        """The body as text; what is no UTF-8 is replaced."""
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:  # noqa: ANN401 - JSON
        """The body as JSON. Raises ValueError when it is none, or longer than the limit."""
        if not self.whole:
            raise ValueError("the answer is too long")
        try:
            return json.loads(self.body)
        except RecursionError:
            raise ValueError("the answer is nested too deep") from None


async def ask(surroundings: Surroundings, call: Call) -> Answer:
    """Send once; an answer that is neither 2xx nor accepted is an error.

    Raises:
        ChangedMeanwhileError: 409 or 412.
        ActionError: anything else that went wrong.
    """
    answer = await send(surroundings, call)
    if is_good(call, answer):
        return answer
    raise refuse(call, answer)


def is_good(call: Call, answer: Answer) -> bool:
    """Whether the answer says that the request was carried out."""
    return answer.status // 100 == 2 or answer.status in call.accept  # noqa: PLR2004 - 2xx


def refuse(call: Call, answer: Answer) -> ActionError:
    """The error that this answer is."""
    said = quoted(answer.text, answer.secrets)
    env = call.auth.env if call.auth else None
    return refusal(call.what, answer.status, said, env=env, changes=call.changes)


async def send(surroundings: Surroundings, call: Call) -> Answer:
    """Send once, whatever the answer's status.

    Raises:
        ActionError: it may not be sent, could not be, or its answer was lost.
    """
    check_host(surroundings, call)
    headers, hidden = _dressed(surroundings, call)
    try:
        return await _send(surroundings.http, call, headers, hidden)
    except (aiohttp.ClientSSLError, aiohttp.ClientConnectorCertificateError):
        raise unsecured(call.what) from None
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL):
        raise unreachable(call.what) from None
    except TimeoutError:
        raise lost(call.what, f"gave no answer within {call.timeout:g} s", changes=call.changes) from None
    except (aiohttp.ClientError, OSError):
        raise lost(call.what, "broke off before its answer was whole", changes=call.changes) from None


def check_host(surroundings: Surroundings, call: Call) -> None:
    """Refuse a host that the configuration does not allow.

    Raises:
        ActionError: the host is not in `connections.http.allowed_hosts`.
    """
    if not call.guarded:
        return
    allowed = connections.read(surroundings, _Allowed, "http").allowed_hosts
    url = URL(call.url, encoded=True)
    if allowed is not None and not any(_matches(url, entry.lower()) for entry in allowed):
        raise connections.misconfigured(
            f"{quoted(url.host or 'This address')} is not among connections.http.allowed_hosts."
        )


async def _send(
    http: aiohttp.ClientSession, call: Call, headers: Mapping[str, str], hidden: tuple[SecretStr, ...]
) -> Answer:
    timeout = aiohttp.ClientTimeout(total=call.timeout, sock_connect=min(call.timeout, _CONNECT_SECONDS))
    body = call.form if call.body is None else json.dumps(call.body).encode()
    url = URL(call.url, encoded=True)
    async with http.request(
        call.method, url, headers=headers, data=body, allow_redirects=False, timeout=timeout
    ) as response:
        read, whole = await _bounded(response.content, call.limit)
        return Answer(response.status, response.headers, read, whole, hidden)


async def _bounded(content: aiohttp.StreamReader, limit: int) -> tuple[bytes, bool]:
    """At most so many bytes, and whether that was all."""
    read = bytearray()
    async for chunk in content.iter_any():
        read += chunk
        if len(read) > limit:
            return bytes(read[:limit]), False
    return bytes(read), True


def _dressed(surroundings: Surroundings, call: Call) -> tuple[dict[str, str], tuple[SecretStr, ...]]:
    headers = {"User-Agent": "Cordon", "Accept": "*/*"} | dict(call.headers)
    if call.body is not None and "content-type" not in {name.lower() for name in headers}:
        headers["Content-Type"] = "application/json"
    if call.auth is None:
        return headers, ()
    hidden = connections.secret(surroundings, call.auth.env)
    value = hidden.get_secret_value()
    if call.auth.scheme == "Basic":
        value = b64encode(value.encode()).decode()
    headers[call.auth.header] = value if call.auth.scheme == "none" else f"{call.auth.scheme} {value}"
    return headers, (hidden,)


def _matches(url: URL, entry: str) -> bool:
    host, _, port = entry.rpartition(":") if re.search(r":\d+$", entry) else (entry, "", "")
    if port and url.port != int(port):
        return False
    name = (url.host or "").lower()
    return name.endswith(host[1:]) if host.startswith("*.") else name == host.strip("[]")
