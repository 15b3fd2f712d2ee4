"""Whisper's log-mel spectrogram (Radford et al., 2022), of a sound's own length.

Eighty Slaney bands over 25 ms every 10 ms, in decades of power held within eight of the loudest.
Whisper pads every sound with silence to thirty seconds; nothing here does. The frames of the
sound are the same but for its last one.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from models.features.constants import FRAME, HOP
from models.features.mfcc import mel_filterbank

Float = NDArray[np.float32]

BANDS = 80
AMIN = 1e-10
DECADES = 8.0


@cache
def _tables() -> tuple[Float, Float]:
    n = np.arange(FRAME)
    window = (0.5 - 0.5 * np.cos(2.0 * np.pi * n / FRAME)).astype(np.float32)
    return window, np.ascontiguousarray(mel_filterbank(FRAME, BANDS).T)


def log_mel(sound: Float) -> Float:
    """Frames of ``sound``, (n,) at 16 kHz and at least 201 samples long: (n // 160, 80)."""
    window, mel = _tables()
    padded = np.pad(np.asarray(sound, np.float32), FRAME // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, FRAME)[::HOP][: len(sound) // HOP]
    spectrum = np.fft.rfft(frames * window, axis=1)
    power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32)
    bands = np.log10(np.maximum(power @ mel, AMIN))
    bands = np.maximum(bands, bands.max() - np.float32(DECADES))
    return np.asarray((bands + 4.0) / 4.0, np.float32)
