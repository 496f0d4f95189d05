"""How a call to Slack is made: with a timeout, at Slack's pace, and repeated only where that is safe.

A call that may be repeated without harm ("safe") is. Any other one that was sent and not answered raises
`InDoubtError`, and the journal looks before it asks again. What Slack answers 429 to did not happen and is
asked again after the time Slack names.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Final

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError, SlackRequestError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from incidents.clock import Clock
from incidents.errors import InDoubtError, OutageError, OutsideError, PermanentError, TemporaryError

SERVICE: Final = "Slack"
SKEW: Final = timedelta(minutes=2)
"""How far our clock and Slack's may be apart."""

_TRIES: Final = 4
_LONGEST_PAUSE: Final = 30.0
"""Seconds to wait inside a call; a longer Retry-After goes back to the caller, who may have other work."""

_PASSING: Final = {"service_unavailable", "ratelimited", "rate_limited", "request_timeout", "accesslimited"}
_PERHAPS_DONE: Final = {"internal_error", "fatal_error"}

_log = logging.getLogger(__name__)


class SlackRefusalError(PermanentError):
    """Slack refused, with its reasons.

    Attributes:
        people: the code for each person whom it named.
    """

    def __init__(self, code: str, text: str, said: Mapping[str, Any]) -> None:
        super().__init__(SERVICE, code, text)
        errors = [one for one in said.get("errors") or [] if isinstance(one, Mapping)]
        self.people = {str(one["user"]): str(one.get("error", code)) for one in errors if "user" in one}
        self.add_note(str([said[key] for key in ("needed", "errors", "response_metadata") if said.get(key)]))


class SlackCalls:
    """Makes calls and turns whatever goes wrong into the errors of `incidents.errors`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._paused_until: dict[str, datetime] = {}

    async def make(
        self,
        method: str,
        call: Callable[[], Awaitable[AsyncSlackResponse]],
        *,
        safe: bool,
        lane: str = "",
    ) -> dict[str, Any]:
        """Call until it is answered, at most a few times.

        Args:
            method: Slack's name of the method.
            call: sends the request once.
            safe: whether sending it twice does no harm.
            lane: what Slack counts this method by beside the workspace, such as the channel.

        Raises:
            TemporaryError: it did not happen, and trying later can help.
            PermanentError: Slack refused.
            InDoubtError: it may have happened.
        """
        pause = f"{method} {lane}"
        for attempt in range(1, _TRIES + 1):
            await self._wait_for(pause)
            try:
                response = await call()
            except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError) as error:
                trouble = _classify(method, error, safe=safe)
                if not isinstance(trouble, TemporaryError) or attempt == _TRIES:
                    raise trouble from None  # the vendor's exception holds the request with its token
                await self._back_off(pause, trouble, attempt)
            else:
                return dict(response.data) if isinstance(response.data, dict) else {}
        raise AssertionError("the last attempt returns or raises")

    async def _wait_for(self, pause: str) -> None:
        while until := self._paused_until.get(pause):
            seconds = (until - self._clock.now()) / timedelta(seconds=1)
            if seconds > _LONGEST_PAUSE:
                raise TemporaryError(SERVICE, "ratelimited", retry_after=seconds)
            if seconds <= 0:
                del self._paused_until[pause]
                return
            await self._clock.sleep(seconds)

    async def _back_off(self, pause: str, trouble: TemporaryError, attempt: int) -> None:
        if trouble.retry_after:
            _log.info("Slack asks to wait %.0f s before the next %s", trouble.retry_after, pause)
            self._paused_until[pause] = self._clock.now() + timedelta(seconds=trouble.retry_after)
            return
        await self._clock.sleep(0.25 * 2**attempt)


def _classify(method: str, error: Exception, *, safe: bool) -> OutsideError:
    """What a failed call means. A safe call that may have happened can simply be repeated."""
    if isinstance(error, SlackApiError):
        return _answered(method, error, safe=safe)
    never_sent = isinstance(error, (aiohttp.ClientConnectorError, SlackRequestError))
    code = "timeout" if isinstance(error, (TimeoutError, asyncio.TimeoutError)) else type(error).__name__
    if never_sent or safe:
        return OutageError(SERVICE, code, f"Slack could not be reached for {method} ({code})")
    return InDoubtError(SERVICE, code, f"Slack's answer to {method} was lost ({code})")


def _answered(method: str, error: SlackApiError, *, safe: bool) -> OutsideError:
    response = error.response
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0))
    data = getattr(response, "data", None)
    code = str(data.get("error", "")) if isinstance(data, dict) else ""
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return TemporaryError(SERVICE, "ratelimited", retry_after=_retry_after(response))
    text = f"Slack answered {code or status} to {method}"
    if code in _PASSING:
        return TemporaryError(SERVICE, code, text, retry_after=1)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or code in _PERHAPS_DONE or not code:
        down = OutageError if status >= HTTPStatus.INTERNAL_SERVER_ERROR else TemporaryError
        kind = down if safe else InDoubtError
        return kind(SERVICE, code or f"http_{status}", text)
    return SlackRefusalError(code, text, data if isinstance(data, dict) else {})


def _retry_after(response: Any) -> float:  # noqa: ANN401 - the SDK's response is untyped
    try:
        return max(float(response.headers.get("Retry-After", 1)), 0.1)
    except (TypeError, ValueError):
        return 1.0
