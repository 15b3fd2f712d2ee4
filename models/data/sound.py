"""Reads a recording as it was published, and at the rate at which everything here listens."""

from pathlib import Path
from typing import Final

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from models.errors import DataError
from models.features.constants import SAMPLE_RATE

Float = NDArray[np.float32]

RATES: Final = range(1_000, 768_001)


def read_native(path: Path) -> tuple[Float, int]:
    """The mean of all channels at the file's own rate, (n,) float32, and the rate in Hz.

    Raises:
        DataError: it cannot be decoded, or claims a rate that no recording has.
    """
    try:
        samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    except (OSError, soundfile.LibsndfileError) as error:
        raise DataError(
            f"{path} cannot be decoded ({error}).",
            "Fetch it again, or take it out of the corpus.",
        ) from error
    if rate not in RATES:
        raise DataError(
            f"{path} claims {rate} samples a second, which no recording has.",
            "Convert it first, for example: ffmpeg -i IN -ac 1 -ar 16000 OUT.wav",
        )
    return np.ascontiguousarray(samples.mean(axis=1), np.float32), int(rate)


def resampled(samples: Float, rate: int) -> Float:
    """``samples`` at 16 kHz: themselves if they are, else in [-1, 1], as the daemon hears a file.

    Args:
        samples: (n,), mono.
        rate: theirs, in Hz.
    """
    if rate == SAMPLE_RATE or not len(samples):
        return samples
    heard: Float = soxr.resample(samples, rate, SAMPLE_RATE, quality="HQ")
    return heard.clip(-1.0, 1.0)
