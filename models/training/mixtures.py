"""Streams to learn from: a recording in a room, behind and among other sounds, at any level.

What a microphone in a bedroom hears of a scream is seldom what a corpus recorded: it comes after
something else, out of another room, over a fan. Each stream is mixed under its own seeded chance.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import soxr
from numpy.typing import NDArray

from models.data.corpora import Clip
from models.features.constants import SAMPLE_RATE
from models.rooms import Room, reverberate
from models.training.streams import coloured_noise, level_db

Float = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class MixtureSettings:
    """How streams are mixed; levels in dB, times in seconds, shares in [0, 1]."""

    lead_s: tuple[float, float] = (0.6, 3.0)
    tail_s: tuple[float, float] = (0.3, 1.6)
    longest_s: float = 6.0
    clip_db: tuple[float, float] = (-46.0, -14.0)
    speed: tuple[float, float] = (0.88, 1.14)  # pitch, formants and tempo together: new speakers
    as_recorded: float = 0.3  # share at their own speed
    roomless: float = 0.35
    preceded: float = 0.4  # share that another sound comes before
    noise_snr_db: tuple[float, float] = (4.0, 45.0)
    bedded: float = 0.45  # share with a recorded background
    bed_snr_db: tuple[float, float] = (2.0, 30.0)
    tilt_db: float = 6.0  # of the microphone, either way, over the band
    telephone: float = 0.08  # share that is heard between 300 and 3400 Hz


@dataclass(frozen=True, slots=True)
class Mixture:
    """A stream, and where in it the clip sounds, in samples.

    Attributes:
        corpora: of all recordings in it: the clip, and what lies before and under it.
    """

    samples: Float
    onset: int
    offset: int
    corpora: frozenset[str]


def draw_rooms(seed: int, count: int) -> list[Float]:
    """Impulse responses of ``count`` rooms."""
    rng = np.random.default_rng(seed)
    return [Room.drawn(rng).response(rng) for _ in range(count)]


def mix(
    rng: np.random.Generator,
    clip: Clip,
    beds: Sequence[Clip],
    rooms: Sequence[Float],
    settings: MixtureSettings,
) -> Mixture:
    """One stream of ``clip``.

    Args:
        rng: decides everything.
        clip: what is to be learned.
        beds: everyday sounds, to come before it and to lie under it.
        rooms: impulse responses.
        settings: the ranges.
    """
    room = None if rng.random() < settings.roomless else rooms[int(rng.integers(len(rooms)))]
    sound = _recorded(rng, clip, settings)
    length = len(sound)
    if room is not None:
        sound = reverberate(sound, room)
    wanted_db = rng.uniform(*settings.clip_db)
    sound = _at_level(sound, wanted_db)
    onset = int(rng.uniform(*settings.lead_s) * SAMPLE_RATE)
    count = onset + length + int(rng.uniform(*settings.tail_s) * SAMPLE_RATE)
    noise_db = max(wanted_db - rng.uniform(*settings.noise_snr_db), -85.0)
    stream = coloured_noise(rng, count, rng.uniform(0.0, 2.0)) * np.float32(10 ** (noise_db / 20))
    sound = sound[: count - onset]
    stream[onset : onset + len(sound)] += sound
    corpora = {clip.corpus}
    if rng.random() < settings.preceded:
        earlier = beds[int(rng.integers(len(beds)))]
        corpora.add(earlier.corpus)
        before = _recorded(rng, earlier, settings)[:onset]
        if room is not None:
            before = reverberate(before, room)[:onset]
        end = onset - int(rng.integers(0, max(1, onset - len(before) + 1)))
        before = _at_level(before, rng.uniform(*settings.clip_db))
        stream[end - len(before) : end] += before
    if rng.random() < settings.bedded:
        under = beds[int(rng.integers(len(beds)))]
        corpora.add(under.corpus)
        bed = under.read()
        bed = np.tile(bed, -(-count // max(1, len(bed))))[:count]
        stream += _at_level(bed, wanted_db - rng.uniform(*settings.bed_snr_db))
    stream = _through_microphone(rng, stream, settings)
    return Mixture(np.clip(stream, -1.0, 1.0), onset, onset + length, frozenset(corpora))


def _recorded(rng: np.random.Generator, clip: Clip, settings: MixtureSettings) -> Float:
    samples = clip.read()
    longest = int(settings.longest_s * SAMPLE_RATE)
    if len(samples) > longest:
        start = int(rng.integers(0, len(samples) - longest))
        samples = samples[start : start + longest]
    if rng.random() < settings.as_recorded:
        return samples
    factor = rng.uniform(*settings.speed)
    return np.asarray(soxr.resample(samples, SAMPLE_RATE * factor, SAMPLE_RATE, quality="LQ"))


def _at_level(samples: Float, wanted_db: float) -> Float:
    return samples * np.float32(10.0 ** ((wanted_db - level_db(samples)) / 20.0))


def _through_microphone(
    rng: np.random.Generator, stream: Float, settings: MixtureSettings
) -> Float:
    """Tilted over the band, now and then as a telephone hears."""
    spectrum = np.fft.rfft(stream)
    hertz = np.fft.rfftfreq(len(stream), 1 / SAMPLE_RATE)
    octaves = np.log2(np.maximum(hertz, 62.5) / 1000.0) / 3.0  # from -1.3 to 1
    curve = rng.uniform(-settings.tilt_db, settings.tilt_db) * octaves
    if rng.random() < settings.telephone:
        curve -= 60.0 * ((hertz < 300.0) | (hertz > 3400.0))  # noqa: PLR2004 - the telephone's band
    spectrum *= 10.0 ** (curve / 20.0)
    return np.asarray(np.fft.irfft(spectrum, len(stream)), np.float32)
