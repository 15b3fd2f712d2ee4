"""Log-mel energies of frames, several at once: what the listener hears.

Sixty-four triangular bands on HTK's mel scale between 60 and 7600 Hz over the magnitudes of a
512-point transform of each Hann-windowed 25 ms frame. One call for ten frames costs a third of
ten calls, since most of a small transform's time is spent around it.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.features.constants import FRAME, HOP, SAMPLE_RATE

Float = NDArray[np.float32]

N_MEL = 64
N_FFT = 512
LOWEST_HZ, HIGHEST_HZ = 60.0, 7600.0
FLOOR = 1e-2  # added to a magnitude: under the gain, some 40 dB below speech


def mel_bands() -> Float:
    """Weights of the bands, (257, 64): triangles of height 1 (HTK's scale: 1127 ln(1 + f/700))."""

    def mel(hertz: NDArray[Any]) -> NDArray[np.float64]:
        return np.asarray(1127.0 * np.log1p(hertz / 700.0))

    bins = mel(np.fft.rfftfreq(N_FFT, 1.0 / SAMPLE_RATE))[:, None]
    low, high = mel(np.array([LOWEST_HZ, HIGHEST_HZ]))
    edges = np.linspace(low, high, N_MEL + 2)
    rise = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    fall = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    return np.asarray(np.maximum(0.0, np.minimum(rise, fall)), np.float32)


class LogMel:
    """The frames that end with each of a run of hops."""

    def __init__(self) -> None:
        turns = np.arange(FRAME) / FRAME
        self._window = (0.5 - 0.5 * np.cos(2.0 * np.pi * turns)).astype(np.float32)
        self._bands = mel_bands()

    def __call__(self, samples: Float, gains: Float) -> Float:
        """Natural logarithms, (n, 64).

        Args:
            samples: (240 + 160 n,) at 16 kHz: n hops and what of the first frame lies before them.
            gains: (n,) factor of each frame.
        """
        frames = np.lib.stride_tricks.sliding_window_view(samples, FRAME)[::HOP]
        spectrum = np.abs(np.fft.rfft(frames * self._window, N_FFT, axis=1))
        energies = (spectrum.astype(np.float32, copy=False) @ self._bands) * gains[:, None]
        energies += np.float32(FLOOR)
        return np.asarray(np.log(energies, out=energies))
