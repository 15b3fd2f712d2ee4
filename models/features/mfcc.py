"""Thirteen MFCC a frame, in closed form.

Equal to ``np.mean(librosa.feature.mfcc(y=frame, sr=16000, n_mfcc=13), axis=1)`` of a 400-sample
frame. The frame is shorter than librosa's hop (512), so its centred transform has exactly one
column: 1,024 zeros, the frame, 624 zeros, under a 2,048-point periodic Hann window. Everything
before the power spectrum is therefore one product with samples 1024..1423 of that window.
"""

import numpy as np
from numpy.typing import NDArray

from models.features.constants import FRAME, SAMPLE_RATE

N_FFT = 2048
N_MELS = 128
N_MFCC = 13
TOP_DB = 80.0
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
    """Frame by frame, into buffers of its own: nothing is allocated that outlives a call."""

    def __init__(self) -> None:
        self._window = frame_window()
        self._mel = mel_filterbank()
        self._dct = dct_matrix() * np.float32(10.0)  # decibels: 10·log10
        self._padded = np.zeros(N_FFT, np.float32)
        self._frame = self._padded[OFFSET : OFFSET + FRAME]
        self._spectrum = np.empty(N_FFT // 2 + 1, np.complex64)
        # |z|² as re² + im² over the interleaved view: no temporary, no square root.
        self._parts = self._spectrum.view(np.float32).reshape(-1, 2)
        self._power = np.empty(N_FFT // 2 + 1, np.float32)
        self._bands = np.empty(N_MELS, np.float32)
        self._out = np.empty(N_MFCC, np.float32)

    def __call__(self, frame: Float, out: Float | None = None) -> Float:
        """Coefficients of one frame.

        Args:
            frame: (400,) float32 at 16 kHz.
            out: (13,) float32 to write into; without it an inner buffer that the next call
                overwrites.
        """
        out = self._out if out is None else out
        np.multiply(frame, self._window, out=self._frame)
        # numpy 2 writes complex64; its stubs know only complex128.
        np.fft.rfft(self._padded, out=self._spectrum)  # type: ignore[arg-type]
        np.multiply(self._parts, self._parts, out=self._parts)
        np.add(self._parts[:, 0], self._parts[:, 1], out=self._power)
        bands = np.dot(self._mel, self._power, out=self._bands)
        np.maximum(bands, AMIN, out=bands)
        np.log10(bands, out=bands)
        np.maximum(bands, bands.max() - np.float32(TOP_DB / 10), out=bands)
        np.dot(self._dct, bands, out=out)
        return out


def mfcc_frames(frames: Float) -> Float:
    """Coefficients of many frames at once, for training: (n, 400) → (n, 13)."""
    out = np.empty((len(frames), N_MFCC), np.float32)
    window, mel, dct = frame_window(), mel_filterbank().T.copy(), dct_matrix().T * np.float32(10)
    for start in range(0, len(frames), 4096):
        block = frames[start : start + 4096]
        # A shifted frame has the same magnitudes, so the zeros in front are left out.
        spectrum = np.fft.rfft(block * window, n=N_FFT, axis=1)
        power = spectrum.real**2 + spectrum.imag**2
        bands = np.log10(np.maximum(power.astype(np.float32) @ mel, AMIN))
        bands = np.maximum(bands, bands.max(axis=1, keepdims=True) - TOP_DB / 10)
        out[start : start + 4096] = bands @ dct
    return out
