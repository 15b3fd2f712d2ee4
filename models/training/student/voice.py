"""A voice by source and filter: harmonics of a pitch, through resonances of a tract."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from models.features.constants import SAMPLE_RATE

Float = NDArray[np.float32]
Long = NDArray[np.float64]

HIGHEST_HZ = 7_800.0
PEAK = 0.5


def wander(rng: np.random.Generator, count: int, knots: int) -> Long:
    """(count,) normal numbers at ``knots`` places, and straight lines between them."""
    at = np.linspace(0.0, 1.0, count)
    return np.interp(at, np.linspace(0.0, 1.0, knots), rng.standard_normal(knots))


def phase_of(pitch: Long) -> Long:
    """Radians, of a pitch in Hz at each sample."""
    return np.asarray(2.0 * np.pi * np.cumsum(pitch) / SAMPLE_RATE)


def harmonics(rng: np.random.Generator, pitch: Long, phase: Long, slope: float) -> Long:
    """All that are below ``HIGHEST_HZ``; the nth has an amplitude of n to the power of -slope."""
    voice = np.zeros(len(pitch))
    for number in range(1, int(HIGHEST_HZ / pitch.min()) + 1):
        heard = number * pitch < HIGHEST_HZ
        voice += number**-slope * np.sin(number * phase + rng.uniform(0.0, 6.28)) * heard
    return voice


def through_tract(voice: Long, resonances: Sequence[tuple[float, float]]) -> Long:
    """Through ``resonances``, (centre, width) in Hz, one after the other."""
    for centre_hz, width_hz in resonances:
        radius = np.exp(-np.pi * width_hz / SAMPLE_RATE)
        angle = 2.0 * np.pi * min(centre_hz, HIGHEST_HZ) / SAMPLE_RATE
        made = lfilter([1.0 - radius], [1.0, -2.0 * radius * np.cos(angle), radius**2], voice)
        voice = made / (made.std() + 1e-9) * 0.7 + voice * 0.5
    return np.asarray(voice)


def to_peak(voice: Long) -> Float:
    """The voice with its peak at ``PEAK``."""
    return np.asarray(voice / (np.abs(voice).max() + 1e-12) * PEAK, np.float32)
