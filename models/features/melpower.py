"""Mel power of frames, and the window of them that the student hears.

The bands are those of EfficientAT's front end (Schmid et al., 2023): 128 triangles of height 1 on
HTK's mel scale from 0 to 15 kHz, over the power spectrum of a pre-emphasised 25 ms frame every
10 ms. Sound at 16 kHz fills the lowest 104 of them. That front end takes sound at 32 kHz; a
transform of half the length over samples at half the rate has the same bins, a quarter of the
power, and the pre-emphasis becomes a factor of each bin.
"""

import numpy as np
from numpy.typing import NDArray

from models.features.constants import FRAME, HOP, SAMPLE_RATE

Float = NDArray[np.float32]

FRAMES = 96  # of a window: 0.96 s
BANDS = 104
RUNS = 4  # of bands, each with a product of its own
N_FFT = 512
EDGES = 130  # of 128 bands
HIGHEST_HZ = 15_000.0
PRE_EMPHASIS = 0.97
THEIR_RATE = 32_000
LOUDEST = 1000.0  # energy that the loudest two frames of a window are brought to
LEAST = 1e-2  # energy, about -70 dBFS: what is quieter is not made louder than that would be
FLOOR = 1e-5  # added before the logarithm; this and the next two are EfficientAT's
SHIFT, SPREAD = 4.5, 5.0
BEFORE = 2  # frames of a first hop and its next that lie partly before it


def band_edges_hz() -> NDArray[np.float64]:
    """Where the bands begin and end, (106,)."""
    mels = np.linspace(0.0, 1127.0 * np.log1p(HIGHEST_HZ / 700.0), EDGES)
    return np.asarray(700.0 * np.expm1(mels / 1127.0))[: BANDS + 2]


def bands() -> Float:
    """Weights of the bands over the bins, (257, 104)."""
    hertz = np.fft.rfftfreq(N_FFT, 1.0 / SAMPLE_RATE)
    mel = 1127.0 * np.log1p(hertz / 700.0)[:, None]
    edges = 1127.0 * np.log1p(band_edges_hz() / 700.0)
    rise = (mel - edges[:-2]) / (edges[1:-1] - edges[:-2])
    fall = (edges[2:] - mel) / (edges[2:] - edges[1:-1])
    triangles = np.maximum(0.0, np.minimum(rise, fall))
    emphasis = np.abs(1.0 - PRE_EMPHASIS * np.exp(-2j * np.pi * hertz / THEIR_RATE)) ** 2
    rates = (THEIR_RATE / SAMPLE_RATE) ** 2
    return np.asarray(triangles * emphasis[:, None] * rates, np.float32)


def _runs(weights: Float) -> list[tuple[Float, slice, slice]]:
    """Runs of bands with the bins in which they are not zero: a quarter of the whole matrix."""
    found = []
    for first in range(0, BANDS, BANDS // RUNS):
        among = slice(first, first + BANDS // RUNS)
        used = np.flatnonzero(weights[:, among].any(axis=1))
        bins = slice(int(used[0]), int(used[-1]) + 1)
        found.append((np.ascontiguousarray(weights[bins, among]), bins, among))
    return found


_RUNS = _runs(bands())
_WINDOW = np.hanning(FRAME).astype(np.float32)


def mel_power(samples: Float) -> Float:
    """Power in each band of the frames that end with each of n hops, (n, 104).

    Args:
        samples: (240 + 160 n,) at 16 kHz: n hops and what of the first frame lies before them.
    """
    samples = np.ascontiguousarray(samples, np.float32)
    count = (len(samples) - FRAME) // HOP + 1
    step = samples.itemsize
    frames: Float = np.ndarray((count, FRAME), np.float32, samples, strides=(HOP * step, step))
    parts = np.fft.rfft(frames * _WINDOW, N_FFT, axis=1).view(np.float32)
    # |z|² as re² + im² over the interleaved view.
    np.multiply(parts, parts, out=parts)
    power = parts[:, 0::2] + parts[:, 1::2]
    found = np.empty((count, BANDS), np.float32)
    for weights, bins, among in _RUNS:
        np.matmul(power[:, bins], weights, out=found[:, among])
    return found


def as_heard(power: Float, louder_db: float = 0.0) -> Float:
    """The window that the network is given: logarithms at a level that is always the same.

    How loud a sound is says how near it is, not what it is, and corpora give labels away by it.

    Args:
        power: (96, 104).
        louder_db: an error of the level, for training.
    """
    energy = power.sum(axis=1)
    loudest = 0.5 * float((energy[1:] + energy[:-1]).max())
    gain = LOUDEST * 10.0 ** (louder_db / 10.0) / max(loudest, LEAST)
    scaled = power * np.float32(gain)
    scaled += np.float32(FLOOR)
    np.log(scaled, out=scaled)
    scaled += np.float32(SHIFT)
    scaled *= np.float32(1.0 / SPREAD)
    return scaled


class MelWindow:
    """The newest 96 frames of a stream.

    What came before the first of them is taken to have been like them: a step from silence to a
    room's noise is a shot to a network.
    """

    def __init__(self) -> None:
        self._power = np.zeros((FRAMES, BANDS), np.float32)
        self._empty = True

    def add(self, samples: Float) -> None:
        """Take in the frames of ``samples``, as ``mel_power`` does; 96 hops at most."""
        power = mel_power(samples)
        if self._empty and len(power) < FRAMES:
            whole = power[BEFORE:] if len(power) > BEFORE else power
            power = np.resize(whole[::-1], (FRAMES, BANDS))[::-1]
        self._empty = False
        self._power[: FRAMES - len(power)] = self._power[len(power) :]
        self._power[FRAMES - len(power) :] = power

    def heard(self) -> Float:
        """What the network is given, (96, 104)."""
        return as_heard(self._power)

    def forget(self) -> None:
        """The next frame follows nothing."""
        self._power[:] = 0.0
        self._empty = True
