"""Hold-and-confirm: a condition counts once it has held for long enough in sample time."""

from models.features.constants import HOP, SAMPLE_RATE

BRIDGE = 150 * SAMPLE_RATE // 1000
"""Samples. A voice breaks off for less than this within one cry, so shorter drop-outs do not start
the count again; and evidence comes every 50 ms whatever is heard, so more than this between two
hops means that sound was lost, which counts as neither held nor quiet."""


class Hold:
    """Adds up the time for which a condition was true, over drop-outs shorter than 150 ms.

    Drop-outs do not reset the sum and do not add to it.
    """

    __slots__ = ("_held", "_last", "_need", "_onset", "_unbroken")

    def __init__(self, need_ms: float) -> None:
        self.need(need_ms)
        self.reset()

    def need(self, need_ms: float) -> None:
        """Count a condition as confirmed once it has held for ``need_ms``."""
        self._need = need_ms * SAMPLE_RATE / 1000

    def reset(self) -> None:
        """Start the count again."""
        self._held = 0
        self._onset: int | None = None
        self._last = 0
        self._unbroken = False

    @property
    def onset(self) -> int | None:
        """Sample at which the present hold began; None while there is none."""
        return self._onset

    def feed(self, sample: int, step: int, *, true: bool) -> bool:
        """Take one hop in, and say whether the condition is true now and confirmed.

        Args:
            sample: the sample after the hop's last one.
            step: samples since the hop before.
            true: whether the condition holds at this hop.
        """
        if not true:
            self._unbroken = False
            if self._onset is not None and sample - self._last >= BRIDGE:
                self.reset()
            return False
        if self._onset is None or sample - self._last > BRIDGE:
            self._onset = sample - HOP
            self._held = HOP
        else:
            # Of the time before a hop that ends a drop-out, only the hop itself was heard as true.
            self._held += step if self._unbroken else HOP
        self._last = sample
        self._unbroken = True
        return self._held >= self._need
