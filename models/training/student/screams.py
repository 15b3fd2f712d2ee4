"""Screams by source and filter, for there are few recordings of real ones.

A scream is a voice at a high pitch (0.35 to 1.8 kHz), rough (30 to 150 fluctuations a second:
Arnal et al., 2015), through an open vocal tract. What is drawn at random often sounds like a siren
or a trumpet: the teacher decides what is kept.
"""

import numpy as np

from models.features.constants import SAMPLE_RATE
from models.training.student.voice import (
    Float,
    Long,
    harmonics,
    phase_of,
    through_tract,
    to_peak,
    wander,
)

LONG_S = (0.5, 2.2)
JITTER_SAMPLES = 80


def scream(rng: np.random.Generator) -> Float:
    """One scream at 16 kHz, its peak at 0.5."""
    long_s = rng.uniform(*LONG_S)
    count = int(long_s * SAMPLE_RATE)
    deep = bool(rng.random() < 0.45)  # noqa: PLR2004 - nearly half of the voices
    pitch = _pitch(rng, count, long_s, deep=deep)
    phase = phase_of(pitch)
    rough = _roughness(rng, count, long_s, phase)
    slope = rng.uniform(0.2, 1.1)  # of the source in a scream: flatter than in speech
    voice = harmonics(rng, pitch, phase, slope) * rough
    voice /= np.abs(voice).std() + 1e-9
    voice += rng.uniform(0.02, 0.6) * rng.standard_normal(count) * rough
    voice = through_tract(voice, _resonances(rng, deep=deep)) * _envelope(rng, count)
    if rng.random() < 0.4:  # noqa: PLR2004 - a share that overdrives the microphone
        voice = np.tanh(voice / voice.std() * rng.uniform(0.5, 2.0))
    return to_peak(voice)


def _pitch(rng: np.random.Generator, count: int, long_s: float, *, deep: bool) -> Long:
    low, high = (350.0, 900.0) if deep else (600.0, 1800.0)
    base = np.exp(rng.uniform(np.log(low), np.log(high)))
    at = np.linspace(0.0, 1.0, count)
    rise = np.interp(
        at,
        [0.0, rng.uniform(0.05, 0.25), rng.uniform(0.5, 0.9), 1.0],
        [rng.uniform(0.45, 0.9), 1.0, rng.uniform(0.85, 1.1), rng.uniform(0.4, 0.9)],
    )
    slow = 1.0 + 0.04 * wander(rng, count, 8)
    jitter = 1.0 + rng.uniform(0.003, 0.03) * wander(rng, count, count // JITTER_SAMPLES)
    trill = np.sin(2.0 * np.pi * rng.uniform(4.0, 9.0) * at * long_s)
    return np.asarray(base * rise * slow * jitter * (1.0 + rng.uniform(0.0, 0.03) * trill))


def _roughness(rng: np.random.Generator, count: int, long_s: float, phase: Long) -> Long:
    depth = rng.uniform(0.0, 0.9) if rng.random() < 0.8 else 0.0  # noqa: PLR2004 - some are clear
    turns = 2.0 * np.pi * rng.uniform(30.0, 150.0) * np.linspace(0.0, long_s, count)
    rough = 1.0 - 0.5 * depth * (1.0 + np.sin(turns + 2.0 * wander(rng, count, 12)))
    if rng.random() < 0.3:  # noqa: PLR2004 - every second period is weaker in some
        rough *= 1.0 - 0.5 * rng.uniform(0.0, 0.7) * (1.0 + np.sin(phase / 2.0))
    return np.asarray(rough)


def _resonances(rng: np.random.Generator, *, deep: bool) -> list[tuple[float, float]]:
    """Four, of an open vowel; a short tract has higher ones."""
    short = rng.uniform(0.9, 1.05) if deep else rng.uniform(1.05, 1.3)
    return [
        (short * rng.uniform(650.0, 1000.0), rng.uniform(80.0, 250.0)),
        (short * rng.uniform(1100.0, 1900.0), rng.uniform(100.0, 300.0)),
        (short * rng.uniform(2500.0, 3300.0), rng.uniform(150.0, 400.0)),
        (short * 3800.0, 400.0),
    ]


def _envelope(rng: np.random.Generator, count: int) -> Long:
    attack, decay = (
        int(rng.uniform(0.01, 0.12) * SAMPLE_RATE),
        int(rng.uniform(0.05, 0.4) * SAMPLE_RATE),
    )
    shape = np.ones(count)
    shape[:attack] *= np.linspace(0.0, 1.0, attack) ** 0.7
    shape[-decay:] *= np.linspace(1.0, 0.0, decay) ** rng.uniform(0.7, 2.0)
    return np.asarray(shape * (1.0 + 0.15 * wander(rng, count, 10)))
