"""What every part of the scene is made of: a mono signal at 16 kHz, its levels and envelopes."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from models.features.constants import SAMPLE_RATE

Signal: TypeAlias = NDArray[np.float64]


_TINY = 1e-12


def samples(seconds: float) -> int:
    """Length of ``seconds`` in samples."""
    return round(seconds * SAMPLE_RATE)


def times(seconds: float) -> Signal:
    """The time of every sample, in seconds."""
    return np.arange(samples(seconds)) / SAMPLE_RATE


def contour(points: tuple[tuple[float, float], ...], n: int) -> Signal:
    """A smooth line of ``n`` samples through (part of the whole, value) points."""
    at, value = zip(*points, strict=True)
    line = np.interp(np.linspace(0.0, 1.0, n), at, value)
    return smooth(line, 0.03)


def smooth(x: Signal, seconds: float) -> Signal:
    """``x`` averaged over a Hann window ``seconds`` long, its ends held."""
    width = min(max(3, samples(seconds) | 1), len(x) | 1)
    window = np.hanning(width + 2)[1:-1]
    padded = np.pad(x, width // 2, mode="edge")
    size = len(padded) + width
    y = np.fft.irfft(np.fft.rfft(padded, size) * np.fft.rfft(window / window.sum(), size), size)
    return np.asarray(y[width - 1 : width - 1 + len(x)], dtype=np.float64)


def drift(n: int, hz: float, rng: np.random.Generator) -> Signal:
    """Slow noise with nothing much above ``hz``, unit standard deviation."""
    knots = max(4, int(n * hz * 2 / SAMPLE_RATE) + 2)
    coarse = rng.standard_normal(knots)
    line = np.interp(np.linspace(0, knots - 1, n), np.arange(knots), coarse)
    line -= line.mean()
    return np.asarray(line / (line.std() + _TINY), dtype=np.float64)


def fade(x: Signal, attack_s: float, release_s: float) -> Signal:
    """``x`` with a raised-cosine beginning and end."""
    y = x.copy()
    a, r = min(samples(attack_s), len(x)), min(samples(release_s), len(x))
    y[:a] *= 0.5 - 0.5 * np.cos(np.pi * np.arange(a) / max(a, 1))
    y[len(y) - r :] *= 0.5 + 0.5 * np.cos(np.pi * (np.arange(r) + 1) / max(r, 1))
    return y


def rms(x: Signal) -> float:
    """Root mean square; never zero, so that one may divide by it."""
    return float(np.sqrt(np.mean(x**2))) + _TINY


def peak(x: Signal) -> float:
    """Largest magnitude; never zero, so that one may divide by it."""
    return float(np.abs(x).max()) + _TINY


def at_rms(x: Signal, dbfs: float) -> Signal:
    """``x`` at an rms level."""
    return x * (10 ** (dbfs / 20) / rms(x))


def at_peak(x: Signal, dbfs: float) -> Signal:
    """``x`` at a peak level."""
    return x * (10 ** (dbfs / 20) / peak(x))
