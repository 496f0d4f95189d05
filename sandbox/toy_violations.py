"""How unsafe the toy service is: a rate that follows from what runs, and a counter that the rate drives."""

from collections.abc import Callable
from typing import Final

PER_SECOND: Final = 2.0
"""Violations of one running agent that gets all the traffic."""


class Violations:
    """The counter, exact at every moment: it is brought up to date before the rate becomes another one."""

    def __init__(self, now: Callable[[], float], unsafe_agents: Callable[[], float]) -> None:
        """Begin at 0, standing still until `begin`.

        Args:
            now: the time in seconds; never runs backwards.
            unsafe_agents: how many agents do harm at present; a part of one where it gets a part of the traffic.
        """
        self._now = now
        self._unsafe_agents = unsafe_agents
        self._total = 0.0
        self._rate = 0.0
        self._since = now()
        self._begun = False

    def begin(self) -> None:
        """Count from here on."""
        self._begun = True
        self.settle()

    def settle(self) -> None:
        """Something may have changed: add what there was until now, and take the rate from how things stand."""
        now = self._now()
        self._total += self._rate * (now - self._since)
        self._since = now
        self._rate = PER_SECOND * self._unsafe_agents() if self._begun else 0.0

    @property
    def total(self) -> float:
        """How many there have been."""
        self.settle()
        return self._total

    @property
    def per_minute(self) -> float:
        """How many there are in a minute as things stand."""
        self.settle()
        return self._rate * 60
