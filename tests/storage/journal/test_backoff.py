"""When an attempt is repeated, and how an error is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.errors import TemporaryError
from storage.journal.backoff import backoff, described


@given(st.integers(1, 10**9), st.integers(1, 1000), st.floats(0, 3600))
def test_the_wait_grows_to_a_minute_and_never_falls_below_what_the_vendor_asked(
    job_id: int, attempts: int, retry_after: float
) -> None:
    error = TemporaryError("Slack", "ratelimited", retry_after=retry_after)
    wait = backoff(job_id, attempts, error).total_seconds()
    least = max(min(60.0, 2.0 ** (attempts - 1)), retry_after)
    assert least - 1e-6 <= wait <= least * 1.1 + 1e-6
    assert backoff(job_id, attempts, error).total_seconds() == wait


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ValueError(), "ValueError"),
        (
            ValueError("refused xoxb-1-2-abc, and Bearer abc.def too"),
            "ValueError: refused …, and Bearer … too",
        ),
        (OSError("postgresql://me:pw@host/db"), "OSError: postgresql://…@host/db"),
    ],
)
def test_an_error_is_kept_without_secrets(error: Exception, words: str) -> None:
    assert described(error) == words


def test_an_error_is_kept_short() -> None:
    assert len(described(ValueError("x" * 10_000))) == 500
