"""What a kind of job is: its body, and when it is given up."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from incidents.errors import PermanentError
from storage.journal.run import JobRun

JobBody = Callable[[JobRun], Awaitable[None]]
GiveUp = Callable[[JobRun, str], Awaitable[None]]


@dataclass(frozen=True)
class JobKind:
    """A kind of job.

    Attributes:
        name: what jobs of this kind are enqueued under.
        body: what is done; run again from its start after a crash, passing over the steps that are done.
        max_attempts: failed attempts after which the job is given up.
        on_give_up: told once that it is given up, and why; may use steps, and is told again after a crash.
    """

    name: str
    body: JobBody
    max_attempts: int = 12
    on_give_up: GiveUp | None = None

    def is_hopeless(self, error: BaseException, attempts: int) -> bool:
        """Whether a job is given up after so many failed attempts, the last one with this error."""
        return isinstance(error, PermanentError) or attempts >= self.max_attempts
