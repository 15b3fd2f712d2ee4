"""The constant that cheap converters add to all that they hear."""

import numpy as np
from numpy.typing import NDArray

from models.features.constants import HOP, HOPS_PER_SECOND

Float = NDArray[np.float32]

SETTLED = 10 * HOPS_PER_SECOND  # hops over which it is averaged: no sound is as slow as that
LEAST = 2e-3  # −54 dBFS: less is left alone, so that what has no offset is heard as it is


class Offset:
    """Follows it, and takes it away."""

    def __init__(self) -> None:
        self.forget()

    def without(self, hops: Float) -> Float:
        """The next ``hops``, (n, 160), without it: themselves where there is none to speak of."""
        offsets = [
            self._follow(total / HOP, hops[number])
            for number, total in enumerate(np.add.reduce(hops, axis=1).tolist())
        ]
        return hops - np.array(offsets, np.float32)[:, None] if any(offsets) else hops

    def forget(self) -> None:
        """What comes next may be of another converter."""
        self._hops, self._mean = 0, 0.0

    def _follow(self, mean: float, hop: Float) -> float:
        """The offset to be taken from ``hop``, whose samples have this mean."""
        if mean == 0.0 and not hop.any():
            return 0.0  # digital silence stays what it is, and comes from no converter
        self._hops = min(self._hops + 1, SETTLED)
        self._mean += (mean - self._mean) / self._hops
        return 0.0 if abs(self._mean) < LEAST else self._mean
