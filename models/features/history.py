"""The last samples of a stream in one piece."""

import numpy as np
from numpy.typing import NDArray

from models.features.constants import HOP

Float = NDArray[np.float32]


class History:
    """Keeps ``samples``; moves them to the front of its buffer each time ``slack`` more came."""

    def __init__(self, samples: int, slack: int) -> None:
        self._keep = samples
        self._buffer = np.zeros(samples + slack, np.float32)
        self._end = samples

    def add(self, hop: Float) -> None:
        """Take in one hop, (160,)."""
        if self._end + HOP > len(self._buffer):
            self._buffer[: self._keep] = self._buffer[self._end - self._keep : self._end]
            self._end = self._keep
        self._buffer[self._end : self._end + HOP] = hop
        self._end += HOP

    def last(self, samples: int) -> Float:
        """The newest ``samples``, a view that the next hop may overwrite."""
        return self._buffer[self._end - samples : self._end]

    def forget(self) -> None:
        """Silence before the next hop."""
        self._buffer[:] = 0.0
