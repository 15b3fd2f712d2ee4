"""The source of a voice: the derivative of the flow through vibrating vocal folds."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from daemon.audio.scene.waveform import Signal, drift, rms
from models.features.constants import SAMPLE_RATE

_OVERSAMPLING = 4  # pulses have corners; at four times the rate their aliases are inaudible


@dataclass(frozen=True, slots=True)
class Glottis:
    """How the folds vibrate.

    The pulse is Rosenberg's polynomial one (1971, J. Acoust. Soc. Am. 49, type B): flow
    ``3τ² - 2τ³`` while the folds open, ``1 - τ²`` while they close, nothing while they are shut.

    Attributes:
        open_quotient: part of a period in which the folds are apart; small when pressed.
        skew: part of the open time in which they are opening.
        jitter: standard deviation of the period from cycle to cycle, relative. Healthy voices
            stay below about 0.01, the usual clinical limit; screams go far above.
        shimmer: the same for amplitude.
        subharmonic: how much weaker every second cycle is, 0 to 1: period doubling, the first
            step towards chaos (Fitch, Neubauer & Herzel 2002).
        breath: noise beside the pulses, relative to them; loudest while the folds are apart.
        roughness: depth of a fast amplitude modulation, 0 to 1.
        roughness_hz: its rate, which wanders. Screams stand out by modulation between 30 and
            150 Hz, where speech has none (Arnal et al. 2015, Curr. Biol. 25).
    """

    open_quotient: float = 0.6
    skew: float = 0.68
    jitter: float = 0.008
    shimmer: float = 0.04
    subharmonic: float = 0.0
    breath: float = 0.04
    roughness: float = 0.0
    roughness_hz: float = 90.0

    def vibrate(self, f0_hz: Signal, rng: np.random.Generator) -> Signal:
        """Flow derivative of about unit rms for a contour of one f0 (Hz) a sample.

        Args:
            f0_hz: fundamental frequency for every sample at 16 kHz.
            rng: where jitter, shimmer and breath come from.
        """
        n = len(f0_hz)
        fine = np.interp(np.arange(n * _OVERSAMPLING) / _OVERSAMPLING, np.arange(n), f0_hz)
        step = fine / (SAMPLE_RATE * _OVERSAMPLING)
        cycle = np.cumsum(step).astype(np.int64)
        count = int(cycle[-1]) + 2
        step *= np.exp(self.jitter * rng.standard_normal(count))[cycle]
        phase = np.cumsum(step)
        cycle = np.minimum(phase.astype(np.int64), count - 1)
        phase -= cycle

        strength = np.exp(self.shimmer * rng.standard_normal(count))
        strength[1::2] *= 1.0 - self.subharmonic
        pulses = self._pulse(phase) * strength[cycle]
        flow = _decimate(pulses, n)
        flow /= rms(flow)

        apart = (phase[::_OVERSAMPLING] < self.open_quotient).astype(np.float64)
        noise = np.diff(rng.standard_normal(n + 1)) / np.sqrt(2)
        source: Signal = flow + self.breath * (0.35 + 0.65 * apart) * noise
        return source * self._rough(n, rng) if self.roughness else source

    def _rough(self, n: int, rng: np.random.Generator) -> Signal:
        rate = self.roughness_hz * np.exp(0.15 * drift(n, 12.0, rng))
        depth = self.roughness * np.clip(0.75 + 0.35 * drift(n, 4.0, rng), 0.0, 1.3)
        return 1.0 + depth * np.sin(2 * np.pi * np.cumsum(rate) / SAMPLE_RATE)

    def _pulse(self, phase: Signal) -> Signal:
        rise = self.open_quotient * self.skew
        fall = self.open_quotient - rise
        up = phase / rise
        opening = 6.0 * up * (1.0 - up) / rise
        closing = -2.0 * (phase - rise) / fall**2
        return np.where(phase < rise, opening, np.where(phase < self.open_quotient, closing, 0.0))


def _decimate(x: NDArray[np.float64], n: int) -> Signal:
    """``n`` samples of ``x``, everything above half the new rate removed."""
    spectrum = np.fft.rfft(x)[: n // 2 + 1]
    return np.asarray(np.fft.irfft(spectrum, n), dtype=np.float64)
