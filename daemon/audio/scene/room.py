"""The room that everything sounds in."""

import numpy as np

from daemon.audio.scene.waveform import Signal, samples, smooth, times
from models.features.constants import SAMPLE_RATE

_DECAY_S = 0.32  # time to fall by 60 dB: a furnished living room
_FIRST_M = (1.7, 2.6, 3.1, 4.4, 5.2)  # how much longer the first reflections travel
_SOUND_M_S = 343.0
_REFLECTION_GAIN = 0.35
_TAIL_GAIN = 0.045
_TAIL_FROM_S = 0.012  # before it, single reflections are all there is
_BRIGHT_S = 0.06


def impulse(rng: np.random.Generator) -> Signal:
    """Impulse response: direct sound, first reflections, then a tail of decaying noise.

    Late reverberation is exponentially decaying Gaussian noise (Moorer 1979, Computer Music
    J. 3), duller than the direct sound because walls and air take the highs first.
    """
    t = times(1.1 * _DECAY_S)
    tail = rng.standard_normal(len(t)) * 10 ** (-3.0 * t / _DECAY_S)
    dull = smooth(tail, 0.0004)
    tail = np.where(t < _BRIGHT_S, 0.5 * tail + 0.5 * dull, dull)
    tail[: samples(_TAIL_FROM_S)] = 0.0
    response = _TAIL_GAIN * tail
    response[0] = 1.0
    for metres in _FIRST_M:
        at = round(metres / _SOUND_M_S * SAMPLE_RATE)
        response[at] += _REFLECTION_GAIN / (1.0 + metres)
    return response


def reverberate(dry: Signal, rng: np.random.Generator) -> Signal:
    """``dry`` as heard in the room, the same length."""
    response = impulse(rng)
    size = 1 << (len(dry) + len(response) - 1).bit_length()
    wet = np.fft.irfft(np.fft.rfft(dry, size) * np.fft.rfft(response, size), size)
    return np.asarray(wet[: len(dry)], dtype=np.float64)
