"""When a channel that fails is tried again. Pure: it is told the time."""

import random
from collections.abc import Callable
from typing import Final

FIRST_S: Final = 0.5
FAILURES: Final = 5  # in a row, and the circuit is open
OPEN_S: Final = 15.0
LONGEST_S: Final = 300.0
_DOUBLINGS: Final = 16  # more than it takes; a power of two has an end


class Breaker:
    """Waits twice as long after each failure in a row; opens after five.

    Closed, waits are short: 0.5 s, 1, 2, 4. Open, one attempt is let through each time, after 15 s
    at first and 5 minutes at last. Each wait is stretched at random by up to a half, so that many
    daemons do not come back to a service in the same moment.

    Args:
        chance: a random number in [0, 1).
    """

    def __init__(self, chance: Callable[[], float] = random.random) -> None:
        self._chance = chance
        self._failures = 0
        self._until_s = 0.0

    @property
    def open(self) -> bool:
        """Whether it has failed so often that it is left alone."""
        return self._failures >= FAILURES

    def failed(self, now_s: float, *, absent: bool = False, wait_s: float = 0.0) -> float:
        """Note a failure at the monotonic time ``now_s``.

        Args:
            now_s: the time.
            absent: it makes no sense to try again soon.
            wait_s: the other end asks for so long.

        Returns:
            When it may be tried again.
        """
        self._failures += 1
        if absent:
            self._failures = max(self._failures, FAILURES)
        if self._failures < FAILURES:
            wait = FIRST_S * 2.0 ** (self._failures - 1)
        else:
            doublings = min(self._failures - FAILURES, _DOUBLINGS)
            wait = min(OPEN_S * 2.0**doublings, LONGEST_S)
        wait = max(wait * (1.0 + self._chance() / 2.0), min(wait_s, LONGEST_S))
        self._until_s = now_s + wait
        return self._until_s

    def succeeded(self) -> None:
        """It works."""
        self._failures = 0
        self._until_s = 0.0

    def wait_s(self, now_s: float) -> float:
        """How long until it may be tried."""
        return max(0.0, self._until_s - now_s)
