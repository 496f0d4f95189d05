"""response_urls: addresses given with an interaction, good for five answers within thirty minutes."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

USES = 5
LIFETIME_SECONDS = 30 * 60.0


@dataclass
class ResponseUrl:
    """Where and to whom an answer goes; `original` is the ts of the message that was pressed."""

    channel: str
    user: str
    original: str | None
    issued: float
    used: int = 0


class ResponseUrls:
    """The addresses given out. `base` is set once the port is known."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.base = ""
        self._clock = clock
        self._known: dict[str, ResponseUrl] = {}

    def issue(self, kind: str, channel: str, user: str, original: str | None = None) -> str:
        """A new address; `kind` is `commands` or `actions`, as in Slack's own."""
        key = secrets.token_urlsafe(18)
        self._known[key] = ResponseUrl(channel, user, original, self._clock())
        return f"{self.base}respond/{kind}/{key}"

    def use(self, key: str) -> ResponseUrl | str:
        """Count a use; the error code instead when it may not be used any more."""
        known = self._known.get(key)
        if known is None:
            return "no_such_url"
        if self._clock() - known.issued > LIFETIME_SECONDS:
            return "expired_url"
        if known.used >= USES:
            return "used_url"
        known.used += 1
        return known
