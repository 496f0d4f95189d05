"""Slack's rate limits: calls a minute by method, and messages a second by channel."""

import math
from collections import deque
from collections.abc import Callable

TIERS = {1: 1, 2: 20, 3: 50, 4: 100}
"""Calls a minute, per method."""
_WINDOW = 60.0
_POSTS_PER_SECOND = 1.0
_POST_BURST = 10.0


class Rates:
    """Counts calls and says when there were too many. Off, it lets everything pass."""

    def __init__(self, clock: Callable[[], float], *, enabled: bool) -> None:
        self.enabled = enabled
        self._clock = clock
        self._calls: dict[str, deque[float]] = {}
        self._posts: dict[str, tuple[float, float]] = {}

    def retry_after(self, method: str, tier: int, channel: str | None) -> int | None:
        """Count a call; None lets it pass, else the seconds to wait.

        Args:
            method: the Web API method.
            tier: its tier, 0 for the one that is limited by channel, -1 for no limit.
            channel: where a message goes.
        """
        if not self.enabled or tier < 0:
            return None
        return self._by_method(method, TIERS[tier]) if tier else self._by_channel(channel or "")

    def _by_method(self, method: str, limit: int) -> int | None:
        now, calls = self._clock(), self._calls.setdefault(method, deque())
        while calls and now - calls[0] >= _WINDOW:
            calls.popleft()
        if len(calls) >= limit:
            return max(1, math.ceil(calls[0] + _WINDOW - now))
        calls.append(now)
        return None

    def _by_channel(self, channel: str) -> int | None:
        now = self._clock()
        left, since = self._posts.get(channel, (_POST_BURST, now))
        left = min(_POST_BURST, left + (now - since) * _POSTS_PER_SECOND)
        if left < 1:
            self._posts[channel] = (left, now)
            return max(1, math.ceil((1 - left) / _POSTS_PER_SECOND))
        self._posts[channel] = (left - 1, now)
        return None
