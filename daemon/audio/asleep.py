"""How long the machine slept: the difference of two clocks, of which one goes on in sleep."""

import sys
import time
from dataclasses import dataclass

# Of each system: the clock that goes on in sleep, and the one that does not.
_NAMES = {
    "linux": ("CLOCK_BOOTTIME", "CLOCK_MONOTONIC"),
    "darwin": ("CLOCK_MONOTONIC_RAW", "CLOCK_UPTIME_RAW"),
}
_PAIR: tuple[int, int] | None = None
if sys.platform in _NAMES:
    _PAIR = getattr(time, _NAMES[sys.platform][0]), getattr(time, _NAMES[sys.platform][1])
STEP_S = 5.0  # by which the wall clock must run ahead, where only it goes on in sleep


@dataclass(frozen=True, slots=True)
class Moment:
    """What the clocks say.

    Attributes:
        monotonic_s: stands still in sleep.
        wall_s: goes on in sleep, and is set by people and by time servers.
        asleep_s: time asleep since some moment; None where the system has no clock for that.
    """

    monotonic_s: float
    wall_s: float
    asleep_s: float | None = None


def moment() -> Moment:
    """This moment."""
    return Moment(time.monotonic(), time.time(), _asleep_s())


def slept_s(before: Moment, after: Moment) -> float:
    """Seconds that the machine slept between two moments; 0 where it did not.

    Where no clock counts sleep, a jump of the wall clock against the monotonic one stands for it:
    a wall clock that was set forward by more than :data:`STEP_S` cannot be told from a sleep.
    """
    if before.asleep_s is not None and after.asleep_s is not None:
        return max(0.0, after.asleep_s - before.asleep_s)
    jump = (after.wall_s - before.wall_s) - (after.monotonic_s - before.monotonic_s)
    return jump if jump >= STEP_S else 0.0


def _asleep_s() -> float | None:
    if _PAIR is None:
        return None
    whole, awake = _PAIR
    return time.clock_gettime(whole) - time.clock_gettime(awake)
