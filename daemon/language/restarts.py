"""When a worker that died may be started again: backoff, and a circuit breaker."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

FIRST_S: Final = 1.0
LONGEST_S: Final = 60.0
BREAK_AFTER: Final = 5  # failures without one success between them
BROKEN_S: Final = 300.0  # how long nothing is tried then


@dataclass(slots=True)
class Restarts:
    """Counts failures since the last success.

    Args:
        clock: monotonic seconds.

    Attributes:
        failures: since the last success.
        total: since the start.
    """

    clock: Callable[[], float]
    failures: int = 0
    total: int = 0
    _not_before: float = 0.0

    @property
    def broken(self) -> bool:
        """Whether it has failed too often to be tried soon."""
        return self.failures >= BREAK_AFTER

    def wait_s(self) -> float:
        """How long not to start it yet."""
        return max(0.0, self._not_before - self.clock())

    def failed(self, *, absent: bool = False) -> float:
        """It died or could not be used; how long to wait.

        Args:
            absent: what it needs is not there: trying at once would change nothing.
        """
        self.failures += 1
        self.total += 1
        wait_s = min(LONGEST_S, FIRST_S * 2.0 ** (self.failures - 1))
        if absent:
            wait_s = LONGEST_S
        if self.broken:
            wait_s = BROKEN_S
        self._not_before = self.clock() + wait_s
        return wait_s

    def succeeded(self) -> None:
        """It did what it is for."""
        self.failures = 0
        self._not_before = 0.0
