"""What is no distress, made as the screams are: laughter, talk, song, signals; and infants.

A network that hears only screams by source and filter learns that such voices are screams.
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

Resonances = list[tuple[float, float]]

TALK_HZ = (80.0, 260.0)
LAUGH_HZ = (120.0, 520.0)  # Bachorowski, Smoski & Owren 2001: means of 272 and 405
INFANT_HZ = (350.0, 620.0)  # Wasz-Hoeckert et al. 1968
BURSTS_HZ = (3.8, 6.2)  # of laughter, one after the other
EDGE_S = 0.012


def laughter(rng: np.random.Generator) -> Float:
    """A bout: breath and vowel, three to ten times, falling and dying away."""
    count = int(rng.integers(3, 11))
    hertz = _between(rng, LAUGH_HZ)
    stretch = _stretch(rng, hertz)
    vowel = _vowel(rng, stretch)
    voiced = rng.uniform(0.35, 0.65)
    fall, dying = rng.uniform(0.55, 1.0), rng.uniform(0.3, 1.0)
    slope, breath = rng.uniform(0.7, 1.7), rng.uniform(0.05, 0.8)
    period_s = 1.0 / rng.uniform(*BURSTS_HZ)
    parts = []
    for number in range(count):
        place = number / count
        length_s = period_s * rng.uniform(0.85, 1.2)
        pitch = _glide(rng, hertz * fall**place, length_s * voiced, rng.uniform(0.75, 1.25))
        vocal = _sung(rng, pitch, slope, breath, vowel)
        aspirated = _noise(rng, length_s * (1.0 - voiced), vowel) * rng.uniform(0.02, 0.35)
        parts += [aspirated, vocal * dying**place * rng.uniform(0.7, 1.0)]
    return to_peak(np.concatenate(parts))


def talk(rng: np.random.Generator) -> Float:
    """Syllables of changing vowels, now and then a hiss or a pause; some at a raised pitch."""
    hertz = _between(rng, TALK_HZ) * (1.0 if rng.random() < 0.7 else rng.uniform(1.2, 1.8))  # noqa: PLR2004
    stretch, slope = _stretch(rng, hertz), rng.uniform(0.8, 2.0)
    parts: list[Long] = []
    for _ in range(int(rng.integers(4, 13))):
        pitch = _glide(
            rng, hertz * np.exp(0.15 * rng.standard_normal()), rng.uniform(0.08, 0.3),
            rng.uniform(0.8, 1.2),
        )  # fmt: skip
        voiced = _sung(rng, pitch, slope, rng.uniform(0.01, 0.2), _vowel(rng, stretch))
        parts.append(voiced * rng.uniform(0.3, 1.0))
        if rng.random() < 0.4:  # noqa: PLR2004 - a consonant without voice
            hiss = [(rng.uniform(2_500.0, 6_000.0), 900.0)]
            parts.append(_noise(rng, rng.uniform(0.03, 0.12), hiss) * rng.uniform(0.05, 0.4))
        if rng.random() < 0.15:  # noqa: PLR2004 - a breath between words
            parts.append(np.zeros(int(rng.uniform(0.05, 0.25) * SAMPLE_RATE)))
    return to_peak(np.concatenate(parts))


def song(rng: np.random.Generator) -> Float:
    """Held vowels on the steps of a scale, with a vibrato of five to seven turns a second."""
    tonic = _between(rng, (110.0, 700.0))
    stretch, slope = _stretch(rng, tonic), rng.uniform(0.7, 1.8)
    parts = []
    for _ in range(int(rng.integers(2, 6))):
        note = tonic * 2.0 ** (float(rng.choice([0, 2, 4, 5, 7, 9, 12])) / 12.0)
        length_s = rng.uniform(0.2, 1.0)
        turns = 2.0 * np.pi * rng.uniform(5.0, 7.0) * np.arange(int(length_s * SAMPLE_RATE))
        vibrato = rng.uniform(0.0, 0.02) * np.sin(turns / SAMPLE_RATE)
        pitch = note * (1.0 + vibrato + 0.003 * wander(rng, len(turns), 6))
        parts.append(_sung(rng, pitch, slope, rng.uniform(0.0, 0.1), _vowel(rng, stretch)))
    return to_peak(np.concatenate(parts))


def signal(rng: np.random.Generator) -> Float:
    """A siren, a beeper, a whistle, a horn: tones with no throat behind them."""
    count = int(rng.uniform(0.6, 2.4) * SAMPLE_RATE)
    hertz, turns_hz = _between(rng, (300.0, 3_500.0)), _between(rng, (0.3, 8.0))
    turning = np.sin(2.0 * np.pi * turns_hz * np.arange(count) / SAMPLE_RATE + rng.uniform(0, 6))
    swept = rng.uniform(0.0, 0.4) * (turning if rng.random() < 0.5 else np.sign(turning))  # noqa: PLR2004
    pitch = hertz * np.exp(swept * (rng.random() < 0.7))  # noqa: PLR2004 - the others keep their tone
    tone = harmonics(rng, pitch, phase_of(pitch), rng.uniform(0.3, 3.0))
    if rng.random() < 0.3:  # noqa: PLR2004 - a share that beeps
        tone = tone * (turning > rng.uniform(-0.5, 0.5))
    return to_peak(tone + rng.uniform(0.0, 0.03) * rng.standard_normal(count))


def infant(rng: np.random.Generator) -> Float:
    """One to three cries of a baby, each about a second, with a breath between them."""
    hertz = _between(rng, INFANT_HZ)
    stretch, slope = rng.uniform(1.45, 1.8), rng.uniform(0.4, 1.3)
    parts: list[Long] = []
    for _ in range(int(rng.integers(1, 4))):
        count = int(rng.uniform(0.5, 1.3) * SAMPLE_RATE)
        curve = np.interp(
            np.linspace(0.0, 1.0, count),
            [0.0, rng.uniform(0.1, 0.35), rng.uniform(0.5, 0.8), 1.0],
            [rng.uniform(0.7, 0.9), 1.0, rng.uniform(0.9, 1.0), rng.uniform(0.6, 0.85)],
        )
        pitch = hertz * curve * (1.0 + 0.02 * wander(rng, count, 9))
        voiced = _sung(rng, pitch, slope, rng.uniform(0.01, 0.2), _open_vowel(rng, stretch))
        parts += [voiced, _noise(rng, rng.uniform(0.1, 0.4), [(1_500.0, 900.0)]) * 0.05]
    return to_peak(np.concatenate(parts))


def _between(rng: np.random.Generator, span: tuple[float, float]) -> float:
    return float(np.exp(rng.uniform(np.log(span[0]), np.log(span[1]))))


def _stretch(rng: np.random.Generator, hertz: float) -> float:
    """Resonances relative to a man's: who speaks higher has a shorter tract, about."""
    return float(np.clip((hertz / 110.0) ** 0.22 * rng.uniform(0.92, 1.08), 0.9, 1.45))


def _vowel(rng: np.random.Generator, stretch: float) -> Resonances:
    low = rng.uniform(280.0, 850.0)
    middle = rng.uniform(max(750.0, low + 200.0), 2_300.0)
    centres = (low, middle, rng.uniform(2_350.0, 3_000.0), 3_500.0)
    return [(stretch * centre, rng.uniform(50.0, 200.0)) for centre in centres]


def _open_vowel(rng: np.random.Generator, stretch: float) -> Resonances:
    centres = (
        rng.uniform(600.0, 900.0),
        rng.uniform(1_300.0, 1_900.0),
        rng.uniform(2_500.0, 3_000.0),
    )
    return [(stretch * centre, rng.uniform(80.0, 250.0)) for centre in centres]


def _glide(rng: np.random.Generator, hertz: float, seconds: float, end: float) -> Long:
    count = max(int(seconds * SAMPLE_RATE), 64)
    return np.asarray(hertz * np.linspace(1.0, end, count) * (1.0 + 0.01 * wander(rng, count, 4)))


def _sung(
    rng: np.random.Generator, pitch: Long, slope: float, breath: float, vowel: Resonances
) -> Long:
    """One voiced stretch of unit deviation, faded at both ends."""
    voice = harmonics(rng, pitch, phase_of(pitch), slope)
    voice /= voice.std() + 1e-9
    voice = through_tract(voice + breath * rng.standard_normal(len(pitch)), vowel)
    return _faded(voice / (voice.std() + 1e-9))


def _noise(rng: np.random.Generator, seconds: float, tract: Resonances) -> Long:
    made = through_tract(rng.standard_normal(max(int(seconds * SAMPLE_RATE), 64)), tract)
    return _faded(made / (made.std() + 1e-9))


def _faded(voice: Long) -> Long:
    edge = min(int(EDGE_S * SAMPLE_RATE), len(voice) // 2)
    rise = np.linspace(0.0, 1.0, edge)
    voice[:edge] *= rise
    voice[-edge:] *= rise[::-1]
    return voice
