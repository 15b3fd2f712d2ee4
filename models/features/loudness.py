"""How loud hops are, as they come and under pre-emphasis."""

import numpy as np
from numpy.typing import NDArray

from models.features.constants import HOP, MOST_HOPS

PREEMPHASIS = 0.8  # enough against rumble; 0.97 hides quiet voices in room noise

Float = NDArray[np.float32]


class Loudness:
    """Mean squares about the mean: what is slower than a hop is no sound.

    Both come from three products of each hop, with itself, with the samples one before and with
    ones: Σ(x − p·x′)² = Σx² − 2p·Σxx′ + p²·Σx′². Filtering first would cost as much again.
    """

    def __init__(self) -> None:
        line = np.zeros(1 + MOST_HOPS * HOP, np.float32)
        self._line, self._samples = line, line[1:]
        self._hops = self._samples.reshape(MOST_HOPS, HOP)
        self._delayed = line[:-1].reshape(MOST_HOPS, HOP)
        self._hop, self._before = self._hops[0], self._delayed[0]
        self._ends = line[::HOP]  # the sample before the first hop, and the last of each
        self._ones = np.ones(HOP, np.float32)
        self._sums = np.empty((3, MOST_HOPS), np.float32)

    def __call__(self, hops: Float) -> list[tuple[float, float]]:
        """Of each of ``hops``, (n, 160), as it comes and under pre-emphasis.

        Pre-emphasis keeps rumble from hiding a voice, and from passing for one.
        """
        count = len(hops)
        self._samples[: count * HOP] = hops.reshape(-1)
        if count == 1:
            return [self._of_one()]
        hops, sums = self._hops[:count], self._sums[:, :count]
        np.vecdot(hops, self._ones, out=sums[0])
        np.vecdot(hops, hops, out=sums[1])
        np.vecdot(hops, self._delayed[:count], out=sums[2])
        # From here on Python's own numbers: a further call into numpy costs more than a hop.
        ends: list[float] = self._ends[: count + 1].tolist()
        self._line[0] = ends[-1]
        return [_powers(*one) for one in zip(*sums.tolist(), ends[:-1], ends[1:], strict=True)]

    def _of_one(self) -> tuple[float, float]:
        """The same for a single hop, which must not wait."""
        hop, line = self._hop, self._line
        total, square = float(hop.dot(self._ones)), float(hop.dot(hop))
        product, before, last = float(hop.dot(self._before)), line.item(0), line.item(HOP)
        line[0] = last
        return _powers(total, square, product, before, last)


def _powers(
    total: float, square: float, product: float, before: float, last: float
) -> tuple[float, float]:
    """Of a hop, as it comes and under pre-emphasis.

    Args:
        total: sum of its samples.
        square: of their squares.
        product: of their products with the sample before each.
        before: the sample before the hop.
        last: the hop's last.
    """
    p = PREEMPHASIS
    delayed_total = total - last + before
    delayed_square = square - last * last + before * before
    white_square = square - 2 * p * product + p * p * delayed_square
    return _power(total, square), _power(total - p * delayed_total, white_square)


def _power(total: float, square: float) -> float:
    mean = total / HOP
    return max(0.0, square / HOP - mean * mean)
