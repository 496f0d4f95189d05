"""conversations.history and conversations.replies: reading what was written."""

from collections.abc import Sequence

from sandbox.api.access import HISTORY, joined, message_in
from sandbox.api.method import method
from sandbox.api.paging import page
from sandbox.errors import ApiError
from sandbox.hub import Hub
from sandbox.posts import message_json
from sandbox.workspace import Json, Message


@method("conversations.history", tier=3, scope=HISTORY)
def history(
    hub: Hub,
    *,
    channel: str,
    cursor: str | None = None,
    inclusive: bool = False,
    include_all_metadata: bool = False,
    latest: str | None = None,
    oldest: str | None = None,
    limit: int | None = None,
) -> Json:
    """A channel's messages, the newest first, replies in threads left out."""
    where = joined(hub, channel, HISTORY, archived=True)
    kept = [one for one in where.messages.values() if not one.ephemeral and one.thread_ts in (None, one.ts)]
    between = _between(kept, oldest, latest, inclusive=inclusive)
    some, following = page(between[::-1], cursor, limit)
    more = bool(following["response_metadata"]["next_cursor"])
    described = [message_json(hub, one, with_metadata=include_all_metadata) for one in some]
    return {
        "messages": described,
        "has_more": more,
        "pin_count": len(where.pins),
        **(following if more else {}),
    }


@method("conversations.replies", tier=3, scope=HISTORY)
def replies(
    hub: Hub,
    *,
    channel: str,
    ts: str,
    cursor: str | None = None,
    inclusive: bool = False,
    include_all_metadata: bool = False,
    latest: str | None = None,
    oldest: str | None = None,
    limit: int | None = None,
) -> Json:
    """A thread's messages, its first one and then the oldest first."""
    where = joined(hub, channel, HISTORY, archived=True)
    first = message_in(where, ts, "thread_not_found")
    answers = [
        one for one in where.messages.values() if one.thread_ts == ts and one.ts != ts and not one.ephemeral
    ]
    between = _between(answers, oldest, latest, inclusive=inclusive)
    some, following = page([first, *between], cursor, limit)
    more = bool(following["response_metadata"]["next_cursor"])
    described = [message_json(hub, one, with_metadata=include_all_metadata) for one in some]
    return {"messages": described, "has_more": more, **(following if more else {})}


def _between(
    messages: Sequence[Message], oldest: str | None, latest: str | None, *, inclusive: bool
) -> list[Message]:
    low, high = _micros(oldest, 0), _micros(latest, 10**18)
    if inclusive:
        return [one for one in messages if low <= _micros(one.ts, 0) <= high]
    return [one for one in messages if low < _micros(one.ts, 0) < high]


def _micros(ts: str | None, default: int) -> int:
    """A ts in whole microseconds, exact where a float would not be."""
    if not ts:
        return default
    seconds, _, rest = ts.partition(".")
    if not (seconds.isdecimal() and (rest or "0").isdecimal()):
        raise ApiError("invalid_ts_oldest" if default == 0 else "invalid_ts_latest")
    return int(seconds) * 1_000_000 + int(rest.ljust(6, "0")[:6])
