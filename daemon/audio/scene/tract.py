"""The vocal tract: resonances that change as the mouth moves.

Resonators and their cascade are Klatt's (1980, J. Acoust. Soc. Am. 67). Rather than running
recursive filters sample by sample, which numpy cannot do fast, short frames are multiplied by
the cascade's frequency response and overlap-added.
"""

import numpy as np
from numpy.typing import NDArray

from daemon.audio.scene.waveform import Signal
from models.features.constants import SAMPLE_RATE

STEP = 128  # samples between tract shapes: 8 ms, well within any movement of the mouth
_WINDOW = 2 * STEP  # periodic Hann windows half a length apart add up to one
_FFT = 768  # leaves 32 ms for a response to ring: five time constants of a 50 Hz bandwidth
# Every kilohertz in a 17 cm tube closed at one end; without them everything above 4 kHz is gone.
_HIGH_HZ = np.array([3500.0, 4500.0, 5500.0, 6500.0, 7500.0])
_HIGH_BANDWIDTHS_HZ = np.array([220.0, 320.0, 450.0, 600.0, 800.0])
_HIGHEST_HZ = 7900.0

Response = NDArray[np.complex64]


def shapes(n: int) -> NDArray[np.int64]:
    """The sample in the middle of each frame of a signal of ``n`` samples."""
    return np.arange(n // STEP + 2, dtype=np.int64) * STEP


def at_shapes(track: Signal) -> Signal:
    """A track of one value a sample, read once a frame."""
    return track[np.minimum(shapes(len(track)), len(track) - 1)]


def frequencies() -> Signal:
    """Frequency in Hz of every bin of a response."""
    return np.arange(_FFT // 2 + 1, dtype=np.float64) * (SAMPLE_RATE / _FFT)


def cascade(
    formants_hz: Signal, bandwidths_hz: Signal, tilt_hz: float, stretch: float = 1.0
) -> Response:
    """Response of resonators in series, after a first-order fall of the source.

    The resonances above the third hardly move and are those of a uniform tube.

    Args:
        formants_hz: (frames, 3).
        bandwidths_hz: (3,) or (frames, 3).
        tilt_hz: where the source begins to fall by another 6 dB an octave, which stands for
            the return phase of the folds (Fant, Liljencrants & Lin 1985).
        stretch: how much higher the fixed resonances are than a man's.

    Returns:
        (frames, bins), unit gain at 0 Hz for each resonator.
    """
    z = np.exp(-2j * np.pi * frequencies() / SAMPLE_RATE).astype(np.complex64)
    bandwidths = np.broadcast_to(bandwidths_hz, formants_hz.shape)
    moving = _all_pole(formants_hz, bandwidths, z)
    high = stretch * _HIGH_HZ < _HIGHEST_HZ
    fixed = _all_pole(stretch * _HIGH_HZ[None, high], _HIGH_BANDWIDTHS_HZ[None, high], z)
    tilt = (1 + 1j * frequencies() / tilt_hz).astype(np.complex64)
    return moving * (fixed / tilt)


def _all_pole(formants_hz: Signal, bandwidths: Signal, z: Response) -> Response:
    c = -np.exp(-2 * np.pi * bandwidths / SAMPLE_RATE)
    b = (
        2
        * np.exp(-np.pi * bandwidths / SAMPLE_RATE)
        * np.cos(2 * np.pi * formants_hz / SAMPLE_RATE)
    )
    a = 1 - b - c
    a32, b32, c32 = (v.astype(np.float32) for v in (a, b, c))
    poles = np.ones((len(formants_hz), len(z)), dtype=np.complex64)
    for k in range(formants_hz.shape[1]):
        poles *= 1 - z * (b32[:, k, None] + c32[:, k, None] * z)
    return np.asarray(np.prod(a32, axis=1)[:, None] / poles, dtype=np.complex64)


def bump(centre_hz: Signal, octaves: Signal) -> Response:
    """Response of a constriction: a bell around ``centre_hz`` (frames,) over log frequency."""
    log_f = np.log2(np.maximum(frequencies(), 20.0))[None, :]
    distance = (log_f - np.log2(centre_hz)[:, None]) / octaves[:, None]
    return np.exp(-0.5 * distance**2).astype(np.complex64)


def resonate(source: Signal, response: Response) -> Signal:
    """``source`` through a response that changes every :data:`STEP` samples.

    Args:
        source: (n,).
        response: (len(shapes(n)), bins).
    """
    n = len(source)
    frames = len(response)
    padded = np.zeros((frames + 1) * STEP)
    padded[STEP : STEP + n] = source
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_WINDOW) / _WINDOW)
    cut = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::STEP] * window
    rung = np.fft.irfft(np.fft.rfft(cut.astype(np.float32), _FFT) * response, _FFT)
    blocks = rung.reshape(frames, _FFT // STEP, STEP)
    out = np.zeros((frames + _FFT // STEP, STEP))
    for k in range(_FFT // STEP):
        out[k : k + frames] += blocks[:, k]
    return out.reshape(-1)[STEP : STEP + n]
