"""What else is to be heard in a room: air, a clock, water, a plucked string."""

import numpy as np

from daemon.audio.scene.waveform import Signal, contour, drift, fade, rms, samples, times
from models.features.constants import SAMPLE_RATE

_LOWEST_HZ = 40.0  # below it a small loudspeaker has nothing to say
_CASE = ((2150.0, 0.004, 1.0), (3720.0, 0.0025, 0.7), (820.0, 0.006, 0.4))  # Hz, s, gain


def air(seconds: float, rng: np.random.Generator) -> Signal:
    """The hum of a quiet room: noise that falls 3 dB an octave, unit rms."""
    n = samples(seconds)
    frequency = np.fft.rfftfreq(n, 1 / SAMPLE_RATE)
    spectrum = np.fft.rfft(rng.standard_normal(n)) / np.sqrt(np.maximum(frequency, _LOWEST_HZ))
    spectrum[frequency < _LOWEST_HZ] = 0.0
    y = np.fft.irfft(spectrum, n)
    return np.asarray(y / rms(y), dtype=np.float64)


def clock(seconds: float, rng: np.random.Generator) -> Signal:
    """A clock on the wall: tick and tock, two short rings of a small case, once a second each."""
    t = times(0.03)
    y = np.zeros(samples(seconds))
    for k in range(int(2 * seconds)):
        pitch = 1.0 if k % 2 else 0.86
        ring = np.zeros(len(t))
        for hz, decay, gain in _CASE:
            ring += gain * np.exp(-t / decay) * np.sin(2 * np.pi * pitch * hz * t)
        at = samples(0.5 * k + 0.25 + 0.002 * rng.standard_normal())
        y[at : at + len(t)] += (ring * rng.uniform(0.85, 1.0))[: len(y) - at]
    return y


def water(seconds: float, rng: np.random.Generator) -> Signal:
    """Water poured into a pot: bubbles over a hiss.

    A bubble of radius r rings at about 3.26/r Hz and rises as it nears the surface
    (Minnaert 1933, Proc. R. Soc. A 141; van den Doel 2005, ACM Trans. Appl. Percept. 2).
    """
    n = samples(seconds)
    bubbles = np.zeros(n)
    t = times(0.03)
    for _ in range(int(400 * seconds)):
        radius = np.exp(rng.uniform(np.log(0.0009), np.log(0.0040)))
        damping = 0.13 / radius + 0.0072 * radius**-1.5
        rise = 1.0 + rng.uniform(0.0, 0.1) * damping * t
        ring = np.exp(-damping * t) * np.sin(2 * np.pi * 3.26 / radius * rise * t)
        at = int(rng.integers(0, n - len(t)))
        bubbles[at : at + len(t)] += rng.exponential() * (radius / 0.002) * ring
    flow = 1.0 + 0.15 * drift(n, 5.0, rng)
    poured = (bubbles / bubbles.std() + 1.8 * rng.standard_normal(n)) * flow
    return fade(poured * contour(((0.0, 0.5), (0.2, 1.0), (0.85, 0.9), (1.0, 0.5)), n), 1.2, 0.6)


def pluck(hz: float, seconds: float, rng: np.random.Generator) -> Signal:
    """A nylon string plucked at a fifth of its length.

    Partial n has amplitude sin(nπ/5)/n², dies the sooner the higher it is, and is a little
    sharp from stiffness (Fletcher & Rossing 1998, The Physics of Musical Instruments, ch. 2).
    """
    t = times(seconds)
    y = np.zeros(len(t))
    n = 1
    while hz * n < 0.45 * SAMPLE_RATE and n <= 16:  # noqa: PLR2004 - the rest is inaudible
        partial = hz * n * np.sqrt(1 + 1e-4 * n * n)
        decay = np.exp(-t * (1.6 + 0.5 * n + (hz / 500.0)))
        y += (
            np.sin(0.2 * np.pi * n)
            / n**1.5
            * decay
            * np.sin(2 * np.pi * partial * t + rng.uniform(0, 2 * np.pi))
        )
        n += 1
    return fade(y, 0.003, 0.05)


def guitar(seconds: float, rng: np.random.Generator) -> Signal:
    """A slow arpeggio over C, A minor, F and G."""
    chords = (
        (130.81, 196.00, 261.63, 329.63),
        (110.00, 164.81, 261.63, 329.63),
        (87.31, 174.61, 220.00, 349.23),
        (98.00, 146.83, 246.94, 392.00),
    )
    pattern = (0, 2, 3, 2, 1, 3)
    beat = seconds / (len(chords) * len(pattern) + 4)
    y = np.zeros(samples(seconds))
    for k in range(len(chords) * len(pattern)):
        hz = chords[k // len(pattern)][pattern[k % len(pattern)]]
        at = samples(k * beat + abs(0.006 * rng.standard_normal()))
        note = pluck(hz, 1.6, rng) * rng.uniform(0.75, 1.0)
        y[at : at + len(note)] += note[: len(y) - at]
    return fade(y, 0.005, 0.4)
