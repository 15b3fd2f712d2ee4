"""Frames of any channel count to what everything else listens to: mono, finite, in [-1, 1]."""

from functools import cache

import numpy as np
from numpy.typing import NDArray


@np.errstate(invalid="ignore", over="ignore")  # what comes of it is replaced below
def mix(
    frames: NDArray[np.float32],
    out: NDArray[np.float32],
    shares: NDArray[np.float32] | None = None,
) -> int:
    """Write the channels of ``frames`` (time, channels) as one into ``out`` (time,).

    A sample that is not a number or infinite in any channel becomes 0: one of them would poison
    every recurrent state behind it.

    Args:
        frames: the channels.
        out: what they become.
        shares: by how much each channel counts; all alike, if None.

    Returns:
        How many samples were replaced.
    """
    # Two calls into BLAS in the ordinary case. Once every 10 ms nothing is in the processor's
    # caches, and every further call into numpy costs some 20 µs.
    np.dot(frames, mean_of(frames.shape[1]) if shares is None else shares, out)
    if out.dot(out) <= 1.0:  # then every sample is a number, and none is too loud
        return 0
    wrong = ~np.isfinite(out)
    out[wrong] = 0.0
    np.clip(out, -1.0, 1.0, out=out)
    return int(np.count_nonzero(wrong))


@cache
def mean_of(channels: int) -> NDArray[np.float32]:
    """Shares with which :func:`mix` gives the mean."""
    return np.full(channels, 1 / channels, np.float32)
