"""The last samples of a stream in one piece."""

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]


class History:
    """Keeps ``samples``; moves them to the front of its buffer each time ``slack`` more came."""

    def __init__(self, samples: int, slack: int) -> None:
        self._keep = samples
        self._buffer = np.zeros(samples + slack, np.float32)
        self._end = samples

    def add(self, samples: Float) -> None:
        """Take in the next samples, at most ``slack``."""
        size = len(samples)
        if self._end + size > len(self._buffer):
            self._buffer[: self._keep] = self._buffer[self._end - self._keep : self._end]
            self._end = self._keep
        self._buffer[self._end : self._end + size] = samples
        self._end += size

    def last(self, samples: int) -> Float:
        """The newest ``samples``, a view that the next ones may overwrite.

        There are as many as are kept, and besides as many as were added last.
        """
        return self._buffer[self._end - samples : self._end]

    def forget(self) -> None:
        """Silence before the next samples."""
        self._buffer[:] = 0.0
