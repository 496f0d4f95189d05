"""When a failed attempt is repeated, and how its error is kept. Pure rules."""

import re
import zlib
from datetime import timedelta

from incidents.errors import TemporaryError

_LONGEST_WAIT = 60.0
_ERROR_LIMIT = 500
_SECRET = re.compile(r"xox[a-z]-[\w-]+|xapp-[\w-]+|(?<=Bearer )\S+|(?<=://)[^@/\s]+(?=@)", re.IGNORECASE)


def backoff(job_id: int, attempts: int, error: BaseException) -> timedelta:
    """The time until the next attempt: 1, 2, 4 … 60 seconds, or what the vendor asked for if that is longer.

    Up to a tenth is added, always the same for a job and attempt, so that jobs that failed together spread out.
    """
    wait = min(_LONGEST_WAIT, 2.0 ** min(attempts - 1, 10))
    if isinstance(error, TemporaryError):
        wait = max(wait, error.retry_after)
    spread = zlib.crc32(f"{job_id}:{attempts}".encode()) / 0xFFFFFFFF
    return timedelta(seconds=wait * (1 + spread / 10))


def described(error: BaseException) -> str:
    """An error as it is kept: its type and words, short, and without what looks like a secret."""
    words = _SECRET.sub("…", str(error)).strip()
    name = type(error).__name__
    return f"{name}: {words}"[:_ERROR_LIMIT] if words else name
