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
        self._samples = line[1:]
        self._hops = [line[1 + HOP * n : 1 + HOP * (n + 1)] for n in range(MOST_HOPS)]
        self._delayed = [line[HOP * n : HOP * (n + 1)] for n in range(MOST_HOPS)]
        self._line = line.data  # whose items are Python's own numbers
        self._ones = np.ones(HOP, np.float32)

    def __call__(self, hops: Float) -> list[tuple[float, float]]:
        """Of each of ``hops``, (n, 160), as it comes and under pre-emphasis.

        Pre-emphasis keeps rumble from hiding a voice, and from passing for one.
        """
        count = len(hops)
        self._samples[: count * HOP] = hops.reshape(-1)
        line, ones, p = self._line, self._ones, PREEMPHASIS
        before = line[0]
        found = []
        for number in range(count):
            hop = self._hops[number]
            total, square = float(hop.dot(ones)), float(hop.dot(hop))
            product = float(hop.dot(self._delayed[number]))
            last = line[HOP * (number + 1)]
            delayed_total = total - last + before
            delayed_square = square - last * last + before * before
            white_square = square - 2 * p * product + p * p * delayed_square
            white_total = total - p * delayed_total
            found.append((_power(total, square), _power(white_total, white_square)))
            before = last
        line[0] = before
        return found


def _power(total: float, square: float) -> float:
    mean = total / HOP
    return max(0.0, square / HOP - mean * mean)
