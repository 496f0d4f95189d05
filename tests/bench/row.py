"""One line of the bench's table."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    what: str
    target: str
    measured: str
    met: bool

    def line(self) -> str:
        return f"{'ok  ' if self.met else 'MISS'} | {self.what} | target {self.target} | {self.measured}"
