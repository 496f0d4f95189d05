"""What PagerDuty's answers mean, in Cordon's errors. No I/O, and no secret in any text.

Which answers are worth another try follows PagerDuty's table: 429, every 5xx and broken connections are, 400 is not.
An event may always be repeated, as its key makes it one alert: a lost answer is a `TemporaryError` here, where for
other vendors it is an `InDoubtError`.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from incidents.errors import OutsideError, PermanentError, TemporaryError
from incidents.paging import one_line

SERVICE: Final = "PagerDuty"
BODY_LIMIT: Final = 4096
"""Bytes of a refusal that are read."""

_LONGEST_PAUSE: Final = 60.0
"""Seconds; PagerDuty may ask for minutes, but people must soon know that nobody was woken."""
_TEXT_LIMIT: Final = 300
_REDIRECT, _BAD_REQUEST, _TOO_MANY, _SERVER = 300, 400, 429, 500
_LATER: Final = {408, 425, _TOO_MANY}
_HIDDEN: Final = "(hidden)"

_REFUSALS: Final = {
    401: "it does not know the key; make a new one and set it",
    403: "the key may not do this",
    404: "there is nothing at this address; check PAGERDUTY_EVENTS_URL and PAGERDUTY_API_URL",
}
_WRONG_ADDRESS: Final = {"InvalidURL", "MissingSchema", "InvalidSchema", "InvalidHeader", "InvalidProxyURL"}
_NEVER_SENT: Final = {"ConnectTimeout", "SSLError", "ProxyError"}


def is_good(status: int) -> bool:
    """Whether an answer says that it was done. A redirection does not: it is never followed."""
    return status < _REDIRECT


class Answers:
    """Turns answers and failures into errors, with the secrets it was told taken out of every text."""

    def __init__(self, secrets: Sequence[str]) -> None:
        """Keep what may not be seen; the longest first, as one may be a part of another."""
        self._secrets = sorted(filter(None, secrets), key=len, reverse=True)

    def refusal(self, status: int, headers: Mapping[str, str], body: bytes) -> OutsideError:
        """The error that an answer which is not good stands for; headers' names in lower case."""
        code = f"http_{status}"
        said = self.clean(_said(body))
        text = f"PagerDuty answered {status}" + (f" ({said})" if said else "")
        if status == _TOO_MANY:
            text = "PagerDuty asks to slow down (429)"
        if status in _LATER or status >= _SERVER:
            return TemporaryError(SERVICE, code, text, retry_after=_retry_after(headers))
        if status < _BAD_REQUEST:
            text = f"PagerDuty answered {status}, which leads elsewhere; check PAGERDUTY_EVENTS_URL and PAGERDUTY_API_URL"
        hint = _REFUSALS.get(status)
        return PermanentError(SERVICE, code, f"{text}: {hint}" if hint else text)

    def clean(self, text: str) -> str:
        """The text on one line, without secrets, cut short."""
        for secret in self._secrets:
            text = re.sub(re.escape(secret), _HIDDEN, text, flags=re.IGNORECASE)
        return one_line(text, _TEXT_LIMIT)


def unreachable(code: str) -> OutsideError:
    """The error of a call that got no answer; `code` is the name of the kind of failure."""
    if code in _WRONG_ADDRESS:
        return PermanentError(
            SERVICE,
            code,
            f"PagerDuty's address or key can't be used ({code}); check PAGERDUTY_EVENTS_URL and PAGERDUTY_API_URL",
        )
    if code in _NEVER_SENT:
        return TemporaryError(SERVICE, code, f"PagerDuty could not be reached ({code})")
    return lost(code)


def lost(code: str) -> TemporaryError:
    """The error of a call that may have been carried out. Repeating is safe, as the key makes it one alert."""
    error = TemporaryError(SERVICE, code, f"PagerDuty could not be reached or its answer was lost ({code})")
    error.add_note("The event may have arrived. Sending it again is safe: its key makes it one alert.")
    return error


def strange() -> TemporaryError:
    """The error of a good status with a body that isn't PagerDuty's, as a proxy in between gives."""
    return TemporaryError(
        SERVICE, "strange_answer", "what answered does not speak as PagerDuty does; check its address"
    )


def _said(body: bytes) -> str:
    """PagerDuty's own words in a refusal: Events API or REST API, else nothing."""
    try:
        document: Any = json.loads(body)
    except ValueError:  # a proxy's page, or one cut off
        return ""
    if not isinstance(document, dict):
        return ""
    if isinstance(document.get("error"), dict):
        document = document["error"]
    errors = document.get("errors")
    reasons = [str(one) for one in errors] if isinstance(errors, list) else []
    message = str(document.get("message", ""))
    return ": ".join(part for part in (message, "; ".join(reasons)) if part)


def _retry_after(headers: Mapping[str, str]) -> float:
    """Seconds that were asked for, 0 when none were; the REST API names them otherwise than the Events API."""
    for name in ("retry-after", "ratelimit-reset"):
        if (value := headers.get(name, "").strip()).isascii() and value.isdigit():
            return min(float(value), _LONGEST_PAUSE)
    return 0
