"""How loud hops are, as they come and under pre-emphasis."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from models.features.constants import HOP, MOST_HOPS

PREEMPHASIS = 0.8  # enough against rumble; 0.97 hides quiet voices in room noise

Float = NDArray[np.float32]
Number = TypeVar("Number", float, NDArray[np.float64])


class Loudness:
    """Mean squares about the mean: what is slower than a hop is no sound.

    Both come from three products of each hop, with itself, with the samples one before and with
    ones: Σ(x − p·x′)² = Σx² − 2p·Σxx′ + p²·Σx′². Filtering first would cost as much again.
    """

    def __init__(self) -> None:
        self._line = np.zeros(1 + MOST_HOPS * HOP, np.float32)
        self._samples = self._line[1:]
        self._hops = self._samples.reshape(MOST_HOPS, HOP)
        self._delayed = self._line[:-1].reshape(MOST_HOPS, HOP)
        self._hop, self._before = self._hops[0], self._delayed[0]
        self._ones = np.ones(HOP, np.float32)

    def __call__(self, hops: Float) -> list[tuple[float, float]]:
        """Of each of ``hops``, (n, 160), as it comes and under pre-emphasis.

        Pre-emphasis keeps rumble from hiding a voice, and from passing for one.
        """
        count = len(hops)
        self._samples[: count * HOP] = hops.reshape(-1)
        found = [self._of_one()] if count == 1 else self._of_several(count)
        self._line[0] = self._line[count * HOP]
        return found

    def _of_one(self) -> tuple[float, float]:
        """The same as below with Python's own numbers, for a hop that must not wait."""
        hop = self._hop
        total, square = float(hop.dot(self._ones)), float(hop.dot(hop))
        product = float(hop.dot(self._before))
        before, last = self._before.item(0), hop.item(HOP - 1)
        white = _whitened(total, square, product, before, last)
        return max(0.0, _power(total, square)), max(0.0, _power(*white))

    def _of_several(self, count: int) -> list[tuple[float, float]]:
        hops, delayed = self._hops[:count], self._delayed[:count]
        # Of float32, as BLAS has them; what is made of them is of float64.
        total = np.vecdot(hops, self._ones).astype(np.float64)
        square = np.vecdot(hops, hops).astype(np.float64)
        product = np.vecdot(hops, delayed).astype(np.float64)
        before, last = delayed[:, 0].astype(np.float64), hops[:, -1].astype(np.float64)
        white = _whitened(total, square, product, before, last)
        powers = np.maximum(0.0, (_power(total, square), _power(*white)))
        return list(zip(*powers.tolist(), strict=True))


def _whitened(
    total: Number, square: Number, product: Number, before: Number, last: Number
) -> tuple[Number, Number]:
    """Sum and sum of squares under pre-emphasis.

    Args:
        total: sum of a hop's samples.
        square: of their squares.
        product: of their products with the sample before each.
        before: the sample before the hop.
        last: the hop's last.
    """
    p = PREEMPHASIS
    delayed_total = total - last + before
    delayed_square = square - last * last + before * before
    return total - p * delayed_total, square - 2 * p * product + p * p * delayed_square


def _power(total: Number, square: Number) -> Number:
    mean = total / HOP
    return square / HOP - mean * mean
