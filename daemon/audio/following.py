"""Reads the ring as far as the hop loop has heard, in the hop loop's thread."""

from typing import Final

import numpy as np

from daemon.audio.ring import ENDED, RingReader, Samples
from models.features.constants import SAMPLE_RATE

LARGEST_STEP: Final = SAMPLE_RATE  # more than this at once is a gap


class Following:
    """What the hop loop has heard, once more: a few microseconds and one copy for each step.

    Args:
        reader: its own place in the ring.
    """

    def __init__(self, reader: RingReader) -> None:
        self._reader = reader
        self._block = np.empty(LARGEST_STEP, np.float32)

    @property
    def position(self) -> int:
        """Absolute index of the next sample to be read."""
        return self._reader.position

    def until(self, sample: int) -> tuple[Samples, bool]:
        """What lies before ``sample`` and was not read yet; whether sound is missing before it.

        The samples are overwritten by the next call. None come where they are not there yet: then
        they come with the next.
        """
        size = sample - self._reader.position
        missing = size > LARGEST_STEP
        if missing:
            self._reader.position = sample - LARGEST_STEP
        block = self._block[: max(0, min(size, LARGEST_STEP))]
        if not len(block):
            return block, missing
        status = self._reader.read(block, 0.0)
        if status is None or status == ENDED:
            return block[:0], missing
        return block, missing or bool(status or self._reader.breaks)

    def close(self) -> None:
        """Leave the ring."""
        self._reader.close()
