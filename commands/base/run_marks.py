"""Which runs of programs began and which ended: one small file for each run, so that no run happens twice.

A program can't be asked whether it ran already. Its mark is written before it starts and again after it ended; a mark
without an end means that nobody knows how far it came.
"""

import hashlib
import os
from contextlib import suppress
from pathlib import Path
from typing import Final
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, ValidationError

_PRIVATE: Final = 0o700


class Mark(BaseModel):
    """One run.

    Attributes:
        argv: as a person would type it; holds no secret.
        begun: when, ISO 8601 in UTC.
        pid: the process, once it started.
        ended: when, or None.
        status: its exit status.
        output: the end of what it said, masked.
        timed_out: whether it was ended because its time was over.
    """

    model_config = ConfigDict(frozen=True)

    argv: str
    begun: str
    pid: int | None = None
    ended: str | None = None
    status: int | None = None
    output: str = ""
    timed_out: bool = False


class RunMarks:
    """The folder with the marks. Raises OSError where it can't be used, ValueError for a broken mark."""

    def __init__(self, folder: str) -> None:
        """Make nothing yet."""
        self._folder = Path(folder)

    def path(self, key: str) -> Path:
        """The run's file, so that a person can find it."""
        return self._folder / f"{_digest(key)}.json"

    def begin(self, key: str, target: str, mark: Mark) -> Mark | None:
        """Mark the run as begun, unless it has a mark; then that one is returned and nothing written."""
        self._folder.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
        draft = self._draft(mark.model_dump_json())
        try:
            self.path(key).hardlink_to(draft)
        except FileExistsError:
            return self._read(self.path(key))
        finally:
            draft.unlink()
        self._put(self._latest(target), self.path(key).name)
        return None

    def write(self, key: str, mark: Mark) -> None:
        """Replace the run's mark."""
        self._put(self.path(key), mark.model_dump_json())

    def forget(self, key: str) -> None:
        """Take the mark of a run away that never started."""
        with suppress(FileNotFoundError):
            self.path(key).unlink()

    def last(self, target: str) -> Mark | None:
        """The mark of the latest run that began on this target."""
        try:
            return self._read(self._folder / Path(self._latest(target).read_text("utf-8")).name)
        except FileNotFoundError:
            return None

    def _latest(self, target: str) -> Path:
        return self._folder / f"{_digest(target)}.latest"

    def _read(self, path: Path) -> Mark:
        try:
            return Mark.model_validate_json(path.read_bytes())
        except ValidationError:
            raise ValueError(f"{path} is no mark of a run") from None

    def _put(self, path: Path, text: str) -> None:
        self._draft(text).replace(path)
        self._settle()

    def _draft(self, text: str) -> Path:
        path = self._folder / f"{uuid4().hex}.draft"
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        return path

    def _settle(self) -> None:
        """Names survive a power cut only when their folder was written out."""
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:40]
