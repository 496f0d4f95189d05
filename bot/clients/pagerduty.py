"""The one door to PagerDuty. Implements `incidents.paging.Pager`; imported only where PagerDuty is configured.

Its package is synchronous and would repeat refused calls by itself, some of them for ever. Here each call is sent
once, from a thread, and ends in bounded time; repeating is the journal's.
"""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from pydantic import SecretStr

from bot.clients.pagerduty_answers import BODY_LIMIT, SERVICE, Answers, is_good, strange, unreachable
from bot.clients.pagerduty_lanes import Lanes
from incidents.errors import OutsideError, PermanentError
from incidents.paging import Page

with warnings.catch_warnings():  # importing it warns that it is no longer developed
    warnings.simplefilter("ignore")
    import pdpyras  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from incidents.paging import Pager

_T = TypeVar("_T")

EVENTS_URL: Final = "https://events.pagerduty.com"
API_URL: Final = "https://api.pagerduty.com"
_ENQUEUE: Final = "/v2/enqueue"


@dataclass(frozen=True)
class PagerDutyAccess:
    """What the door is opened with.

    Attributes:
        routing_key: the integration key of an Events API v2 integration.
        api_key: for checking the configuration alone; None where there is none.
        from_email: a user of that PagerDuty account.
        events_url: with or without /v2/enqueue.
        api_url: the REST API.
    """

    routing_key: SecretStr
    api_key: SecretStr | None = None
    from_email: str | None = None
    events_url: str = EVENTS_URL
    api_url: str = API_URL


@dataclass(frozen=True)
class Patience:
    """How long a call may take, in seconds: to connect, between two bytes of the answer, and in all."""

    connect: float = 3
    read: float = 5
    deadline: float = 10


class _Session(Protocol):
    """What is used of the package's sessions, which are untyped."""

    headers: dict[str, str]

    def trigger(self, summary: str, source: str, **fields: Any) -> str: ...  # noqa: ANN401 - JSON

    def acknowledge(self, dedup_key: str) -> str: ...

    def resolve(self, dedup_key: str) -> str: ...

    def jget(self, url: str, **fields: Any) -> Any: ...  # noqa: ANN401 - JSON


class PagerDuty:
    """One integration of one PagerDuty service."""

    def __init__(self, access: PagerDutyAccess, patience: Patience | None = None) -> None:
        """Nothing is sent before the first call."""
        self._access = access
        self._patience = patience or Patience()
        self._answers = Answers(
            [key.get_secret_value() for key in (access.routing_key, access.api_key) if key]
        )
        self._lanes = Lanes(self._patience.deadline)

    async def trigger(self, page: Page) -> None:
        """Page, or do nothing more where this key's page is open."""
        fields: dict[str, Any] = {"dedup_key": page.dedup_key, "severity": page.severity.value}
        if page.details:
            fields["custom_details"] = dict(page.details)
        if page.link:
            fields["links"] = [{"href": page.link, "text": "Open in Slack"}]
        await self._event(page.dedup_key, lambda to: to.trigger(page.summary, page.source, **fields))

    async def acknowledge(self, dedup_key: str) -> None:
        """Say that somebody is at it. No open page of that key: nothing happens."""
        await self._event(dedup_key, lambda to: to.acknowledge(dedup_key))

    async def resolve(self, dedup_key: str) -> None:
        """Say that it is over. No open page of that key: nothing happens."""
        await self._event(dedup_key, lambda to: to.resolve(dedup_key))

    async def _event(self, dedup_key: str, send: Callable[[_Session], object]) -> None:
        await self._lanes.run(dedup_key, lambda: self._once(self._events_session, send))

    async def look_up(self, path: str, **params: str) -> Mapping[str, Any]:
        """Read from the REST API.

        Raises:
            PermanentError: there is no API key, or it was refused.
            TemporaryError: it was not answered.
        """
        if self._access.api_key is None:
            raise PermanentError(SERVICE, "no_api_key", "PAGERDUTY_API_KEY is not set")
        found = await self._lanes.run(
            f"GET {path}", lambda: self._once(self._rest_session, lambda to: to.jget(path, params=params))
        )
        if not isinstance(found, dict):
            raise strange()
        return found

    def close(self) -> None:
        """Begin nothing more. A call under way ends by its own timeouts."""
        self._lanes.close()

    # --- in a thread -----------------------------------------------------------------------------------

    def _once(self, connect: Callable[[], Any], send: Callable[[_Session], _T]) -> _T | OutsideError:
        """Send one request in a session of its own: sessions are not made for several threads."""
        try:
            with connect() as session:
                return send(session)
        except OutsideError as refused:
            return refused.with_traceback(None)  # its frames hold the request with the key
        except pdpyras.PDServerError:
            return strange()
        except pdpyras.PDClientError as error:
            return unreachable(type(error.__cause__ or error).__name__)
        except (ValueError, OSError) as error:  # a key or an address that can't be put into a request
            return unreachable("InvalidHeader" if isinstance(error, ValueError) else type(error).__name__)

    def _events_session(self) -> Any:  # noqa: ANN401 - untyped package
        session = pdpyras.EventsAPISession(self._access.routing_key.get_secret_value())
        session.url = self._access.events_url.rstrip("/").removesuffix(_ENQUEUE)
        return self._sent_once(session)

    def _rest_session(self) -> Any:  # noqa: ANN401 - untyped package
        key = self._access.api_key.get_secret_value() if self._access.api_key else ""
        session = pdpyras.APISession(key, default_from=self._access.from_email)
        session.url = self._access.api_url.rstrip("/")
        return self._sent_once(session)

    def _sent_once(self, session: Any) -> Any:  # noqa: ANN401 - untyped package
        """Refusals leave at once as Cordon's errors, before the package would repeat or redirect the request."""
        session.timeout = (self._patience.connect, self._patience.read)
        session.max_network_attempts = 0
        session.retry = {}
        session.auth = _as_it_is
        session.hooks["response"].append(self._refuse)
        return session

    def _refuse(self, response: Any, *_: Any, **__: Any) -> None:  # noqa: ANN401 - untyped package
        if is_good(response.status_code):
            return
        body = response.raw.read(BODY_LIMIT, decode_content=True)
        response.close()
        headers = {name.lower(): value for name, value in response.headers.items()}
        raise self._answers.refusal(response.status_code, headers, body)


def _as_it_is(request: _T) -> _T:
    """Authenticate by what the request has already; else a .netrc file on the machine would replace it."""
    return request


if TYPE_CHECKING:
    _IMPLEMENTS: type[Pager] = PagerDuty
