"""When a job is given up."""

from incidents.errors import InDoubtError, PermanentError, TemporaryError
from storage.journal import JobKind, JobRun


async def body(_run: JobRun) -> None: ...


def test_a_job_is_hopeless_after_its_attempts_or_when_the_vendor_says_never() -> None:
    kind = JobKind("job", body, max_attempts=3)
    assert not kind.is_hopeless(TemporaryError("Slack", "down"), 2)
    assert not kind.is_hopeless(InDoubtError("Slack", "lost"), 2)
    assert kind.is_hopeless(ValueError("a mistake"), 3)
    assert kind.is_hopeless(PermanentError("Slack", "no"), 1)
