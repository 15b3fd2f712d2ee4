"""Screams by source and filter, for there are few recordings of real ones.

A scream is a voice at a high pitch (0.35 to 1.8 kHz), rough (30 to 150 fluctuations a second:
Arnal et al., 2015), through an open vocal tract. What is drawn at random often sounds like a siren
or a trumpet: the teacher decides what is kept.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from models.features.constants import SAMPLE_RATE

Float = NDArray[np.float32]
_Long = NDArray[np.float64]

LONG_S = (0.5, 2.2)
HIGHEST_HZ = 7_800.0
PEAK = 0.5
JITTER_SAMPLES = 80


def scream(rng: np.random.Generator) -> Float:
    """One scream at 16 kHz, its peak at 0.5."""
    long_s = rng.uniform(*LONG_S)
    count = int(long_s * SAMPLE_RATE)
    deep = bool(rng.random() < 0.45)  # noqa: PLR2004 - nearly half of the voices
    pitch = _pitch(rng, count, long_s, deep=deep)
    phase = 2.0 * np.pi * np.cumsum(pitch) / SAMPLE_RATE
    rough = _roughness(rng, count, long_s, phase)
    voice = _harmonics(rng, pitch, phase) * rough
    voice /= np.abs(voice).std() + 1e-9
    voice += rng.uniform(0.02, 0.6) * rng.standard_normal(count) * rough
    voice = _through_tract(rng, voice, deep=deep) * _envelope(rng, count)
    if rng.random() < 0.4:  # noqa: PLR2004 - a share that overdrives the microphone
        voice = np.tanh(voice / voice.std() * rng.uniform(0.5, 2.0))
    return np.asarray(voice / np.abs(voice).max() * PEAK, np.float32)


def _wander(rng: np.random.Generator, count: int, knots: int) -> _Long:
    at = np.linspace(0.0, 1.0, count)
    return np.interp(at, np.linspace(0.0, 1.0, knots), rng.standard_normal(knots))


def _pitch(rng: np.random.Generator, count: int, long_s: float, *, deep: bool) -> _Long:
    low, high = (350.0, 900.0) if deep else (600.0, 1800.0)
    base = np.exp(rng.uniform(np.log(low), np.log(high)))
    at = np.linspace(0.0, 1.0, count)
    rise = np.interp(
        at,
        [0.0, rng.uniform(0.05, 0.25), rng.uniform(0.5, 0.9), 1.0],
        [rng.uniform(0.45, 0.9), 1.0, rng.uniform(0.85, 1.1), rng.uniform(0.4, 0.9)],
    )
    slow = 1.0 + 0.04 * _wander(rng, count, 8)
    jitter = 1.0 + rng.uniform(0.003, 0.03) * _wander(rng, count, count // JITTER_SAMPLES)
    trill = np.sin(2.0 * np.pi * rng.uniform(4.0, 9.0) * at * long_s)
    return np.asarray(base * rise * slow * jitter * (1.0 + rng.uniform(0.0, 0.03) * trill))


def _roughness(rng: np.random.Generator, count: int, long_s: float, phase: _Long) -> _Long:
    depth = rng.uniform(0.0, 0.9) if rng.random() < 0.8 else 0.0  # noqa: PLR2004 - some are clear
    turns = 2.0 * np.pi * rng.uniform(30.0, 150.0) * np.linspace(0.0, long_s, count)
    rough = 1.0 - 0.5 * depth * (1.0 + np.sin(turns + 2.0 * _wander(rng, count, 12)))
    if rng.random() < 0.3:  # noqa: PLR2004 - every second period is weaker in some
        rough *= 1.0 - 0.5 * rng.uniform(0.0, 0.7) * (1.0 + np.sin(phase / 2.0))
    return np.asarray(rough)


def _harmonics(rng: np.random.Generator, pitch: _Long, phase: _Long) -> _Long:
    slope = rng.uniform(0.2, 1.1)  # of the source in a scream: flatter than in speech
    voice = np.zeros(len(pitch))
    for number in range(1, int(HIGHEST_HZ / pitch.min()) + 1):
        heard = number * pitch < HIGHEST_HZ
        voice += number**-slope * np.sin(number * phase + rng.uniform(0.0, 6.28)) * heard
    return voice


def _through_tract(rng: np.random.Generator, voice: _Long, *, deep: bool) -> _Long:
    """Four resonances of an open vowel; a short tract has higher ones."""
    short = rng.uniform(0.9, 1.05) if deep else rng.uniform(1.05, 1.3)
    resonances = (
        (rng.uniform(650.0, 1000.0), rng.uniform(80.0, 250.0)),
        (rng.uniform(1100.0, 1900.0), rng.uniform(100.0, 300.0)),
        (rng.uniform(2500.0, 3300.0), rng.uniform(150.0, 400.0)),
        (3800.0, 400.0),
    )
    for centre_hz, width_hz in resonances:
        radius = np.exp(-np.pi * width_hz / SAMPLE_RATE)
        angle = 2.0 * np.pi * min(centre_hz * short, HIGHEST_HZ) / SAMPLE_RATE
        made = lfilter([1.0 - radius], [1.0, -2.0 * radius * np.cos(angle), radius**2], voice)
        voice = made / (made.std() + 1e-9) * 0.7 + voice * 0.5
    return np.asarray(voice)


def _envelope(rng: np.random.Generator, count: int) -> _Long:
    attack, decay = (
        int(rng.uniform(0.01, 0.12) * SAMPLE_RATE),
        int(rng.uniform(0.05, 0.4) * SAMPLE_RATE),
    )
    shape = np.ones(count)
    shape[:attack] *= np.linspace(0.0, 1.0, attack) ** 0.7
    shape[-decay:] *= np.linspace(1.0, 0.0, decay) ** rng.uniform(0.7, 2.0)
    return np.asarray(shape * (1.0 + 0.15 * _wander(rng, count, 10)))
