"""Alerts as scenes are scored by, whoever raised them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from models.evaluation.scenes.mixing import Truth
from models.evaluation.scenes.script import Scene


@dataclass(frozen=True, slots=True)
class Alert:
    """The life of one alert, in seconds of its stream.

    Attributes:
        raised_s: when it was raised, at whatever level.
        warned_s: when it was first at warning or above; None if it never was.
        cleared_s: when it was cleared; None if it was open at the end.
        heard_s: when its score was last at the release or above; None if nobody kept it.
        infant: whether it is of an infant crying, which is its own kind of alert.
        stands: whether it was at warning or above in the end: words may have lowered it.
    """

    kind: str
    raised_s: float
    warned_s: float | None
    cleared_s: float | None
    heard_s: float | None
    infant: bool
    stands: bool = True


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of one scene.

    Attributes:
        alerts: at the thresholds as configured.
        by_threshold: at other thresholds of a warning, from the same scores.
    """

    truth: Truth
    alerts: tuple[Alert, ...]
    by_threshold: dict[float, tuple[Alert, ...]]


Listen = Callable[[Sequence[Scene], Sequence[float]], Iterator[Heard]]
"""Hears scenes as the daemon would, at its own and at other thresholds."""
