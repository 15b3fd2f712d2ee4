"""Thirteen MFCC a frame, in closed form.

Equal to ``np.mean(librosa.feature.mfcc(y=frame, sr=16000, n_mfcc=13), axis=1)`` of a 400-sample
frame. The frame is shorter than librosa's hop (512), so its centred transform has exactly one
column: 1,024 zeros, the frame, 624 zeros, under a 2,048-point periodic Hann window. Everything
before the power spectrum is therefore one product with samples 1024..1423 of that window.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.features.constants import FRAME, MOST_HOPS, SAMPLE_RATE

N_FFT = 2048
N_MELS = 128
N_MFCC = 13
TOP_DB = 80.0
RUNS = 4  # of bands, each with a product of its own
AMIN = 1e-10
# Slaney's mel scale: linear up to a break, then 27 bands to a factor of 6.4.
HZ_PER_MEL = 200.0 / 3
BREAK_HZ = 1000.0
BREAK_MEL = BREAK_HZ / HZ_PER_MEL
LOG_STEP = np.log(6.4) / 27.0
# Where the frame begins inside librosa's centred, padded transform. Another offset would give
# the same magnitudes but other rounding.
OFFSET = N_FFT // 2

Float = NDArray[np.float32]


def _hz_to_mel(hz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Slaney's mel scale (Auditory Toolbox, 1998): linear to 1 kHz, logarithmic above."""
    linear = hz / HZ_PER_MEL
    logarithmic = BREAK_MEL + np.log(np.maximum(hz, 1e-9) / BREAK_HZ) / LOG_STEP
    return np.where(hz < BREAK_HZ, linear, logarithmic)


def _mel_to_hz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    above = BREAK_HZ * np.exp((mel - BREAK_MEL) * LOG_STEP)
    return np.where(mel < BREAK_MEL, mel * HZ_PER_MEL, above)


def mel_filterbank(n_fft: int = N_FFT, n_mels: int = N_MELS) -> Float:
    """Slaney's area-normalised triangular filters, (n_mels bands, n_fft // 2 + 1 bins)."""
    bins = np.linspace(0.0, SAMPLE_RATE / 2, n_fft // 2 + 1)
    low, high = _hz_to_mel(np.array([0.0, SAMPLE_RATE / 2]))
    edges = _mel_to_hz(np.linspace(low, high, n_mels + 2))
    rising = (bins - edges[:-2, None]) / np.diff(edges)[:-1, None]
    falling = (edges[2:, None] - bins) / np.diff(edges)[1:, None]
    triangles = np.maximum(0.0, np.minimum(rising, falling))
    area = 2.0 / (edges[2:] - edges[:-2])
    return np.asarray(triangles * area[:, None], dtype=np.float32)


def dct_matrix() -> Float:
    """Orthonormal DCT-II, (13 coefficients, 128 bands)."""
    k = np.arange(N_MFCC)[:, None]
    n = np.arange(N_MELS)[None, :]
    basis = np.sqrt(2.0 / N_MELS) * np.cos(np.pi * k * (2 * n + 1) / (2 * N_MELS))
    basis[0] /= np.sqrt(2.0)
    return np.asarray(basis, np.float32)


def frame_window() -> Float:
    """Samples 1024..1423 of a 2,048-point periodic Hann window, (400,)."""
    n = np.arange(OFFSET, OFFSET + FRAME)
    return (0.5 - 0.5 * np.cos(2.0 * np.pi * n / N_FFT)).astype(np.float32)


class MfccExtractor:
    """Several frames at once; each has the coefficients that it would have alone, to the bit."""

    def __init__(self) -> None:
        self._window = frame_window()
        self._dct = dct_matrix()[None] * np.float32(10.0)  # decibels: 10·log10
        runs = _runs(mel_filterbank())
        self._weights = [weight for weight, _, _ in runs]
        whole = _Buffers(
            np.zeros((MOST_HOPS, N_FFT), np.float32),
            np.empty((MOST_HOPS, N_FFT // 2 + 1), np.complex64),
            np.empty((MOST_HOPS, N_FFT // 2 + 1), np.float32),
            np.empty((MOST_HOPS, N_MELS, 1), np.float32),
        )
        places = [(bins, bands) for _, bins, bands in runs]
        self._buffers = [_Views(whole, count, places) for count in range(MOST_HOPS + 1)]

    def __call__(self, frames: Float) -> Float:
        """Coefficients of ``frames``, (n, 400) float32 at 16 kHz: (n, 13)."""
        out = np.empty((len(frames), N_MFCC, 1), np.float32)
        for start in range(0, len(frames), MOST_HOPS):
            some = frames[start : start + MOST_HOPS]
            np.matmul(self._dct, self._decibels(some), out=out[start : start + len(some)])
        return out[:, :, 0]

    def _decibels(self, frames: Float) -> Float:
        """Tenths of the bands' levels, (n, 128, 1), a buffer that the next call overwrites."""
        views = self._buffers[len(frames)]
        np.multiply(frames, self._window, out=views.frames)
        # numpy 2 writes complex64; its stubs know only complex128.
        np.fft.rfft(views.padded, axis=1, out=views.spectrum)  # type: ignore[arg-type]
        # |z|² as re² + im² over the interleaved view: no square root.
        np.multiply(views.parts, views.parts, out=views.parts)
        np.add(views.real, views.imaginary, out=views.power)
        for weight, (power, energies) in zip(self._weights, views.runs, strict=True):
            np.matmul(weight, power, out=energies)
        energies = views.energies
        np.maximum(energies, AMIN, out=energies)
        np.log10(energies, out=energies)
        strongest = np.maximum.reduce(energies, axis=1, keepdims=True)
        np.subtract(strongest, np.float32(TOP_DB / 10), out=strongest)
        return np.asarray(np.maximum(energies, strongest, out=energies))


class _Buffers(NamedTuple):
    padded: Float
    spectrum: NDArray[np.complex64]
    power: Float
    energies: Float


class _Views:
    """What ``count`` frames take of the buffers: cutting it anew takes as long as computing."""

    def __init__(self, whole: _Buffers, count: int, places: list[tuple[slice, slice]]) -> None:
        self.padded = whole.padded[:count]
        self.frames = self.padded[:, OFFSET : OFFSET + FRAME]
        self.spectrum = whole.spectrum[:count]
        self.parts = self.spectrum.view(np.float32)
        self.real, self.imaginary = self.parts[:, 0::2], self.parts[:, 1::2]
        self.power = whole.power[:count]
        self.energies = whole.energies[:count]
        self.runs = [(self.power[:, bins, None], self.energies[:, bands]) for bins, bands in places]


def _runs(filters: Float) -> list[tuple[Float, slice, slice]]:
    """Runs of bands with the bins in which they are not zero: a quarter of the whole matrix.

    Each is a stack of one matrix, so that a product goes frame by frame.
    """
    found = []
    for first in range(0, N_MELS, N_MELS // RUNS):
        bands = slice(first, first + N_MELS // RUNS)
        used = np.flatnonzero(filters[bands].any(axis=0))
        bins = slice(int(used[0]), int(used[-1]) + 1)
        found.append((np.ascontiguousarray(filters[bands, bins])[None], bins, bands))
    return found
