"""From clips to what the network would see of them in a stream.

Each clip is put behind at least two seconds of background, at a random level, and run through
the front end that the daemon runs. What comes out is what it would step through: the frames from
the gate's opening on, under the gain as it stood. Frames before the clip carry no label.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import soxr
from numpy.typing import NDArray

from models.data.corpora import Clip
from models.features.constants import HOP, HOPS_PER_SECOND, MOST_HOPS, SAMPLE_RATE
from models.features.frontend import FrontEnd
from models.features.gain import GainSettings
from models.features.gate import GateSettings

Float = NDArray[np.float32]

LOWEST_HZ = 20.0


@dataclass(frozen=True, slots=True)
class StreamSettings:
    """How clips become streams; levels in dB, times in seconds."""

    background_s: tuple[float, float] = (2.0, 4.0)
    background_db: tuple[float, float] = (-75.0, -50.0)
    snr_db: tuple[float, float] = (8.0, 40.0)
    clip_db: tuple[float, float] = (-42.0, -14.0)
    speed: tuple[float, float] = (0.87, 1.15)  # pitch, formants and tempo together: new speakers
    longest_s: float = 8.0


@dataclass(frozen=True, slots=True)
class Example:
    """One stretch: features (n, 13), and the step from which the clip's label holds."""

    features: Float
    labelled_from: int
    clip: int


def coloured_noise(rng: np.random.Generator, count: int, exponent: float) -> Float:
    """Noise of unit rms whose power falls with frequency to the ``exponent``; 1 is pink.

    Nothing lies below 20 Hz, where the formula would put most of a long noise's power and no
    microphone hears it.
    """
    spectrum = np.fft.rfft(rng.standard_normal(count))
    hertz = np.fft.rfftfreq(count, 1 / SAMPLE_RATE)
    spectrum /= np.maximum(LOWEST_HZ, hertz) ** (exponent / 2)
    spectrum[hertz < LOWEST_HZ] = 0.0
    noise = np.fft.irfft(spectrum, count)
    return np.asarray(noise / (np.sqrt(np.mean(noise**2)) + 1e-12), np.float32)


def level_db(samples: Float) -> float:
    """Loudness of the loudest half second, dBFS rms: a clip's silences do not count."""
    span = SAMPLE_RATE // 2
    energy = np.concatenate([[0.0], np.cumsum(samples.astype(np.float64) ** 2)])
    power = (energy[span:] - energy[:-span]) / span if len(energy) > span else energy[-1:] / span
    return float(10.0 * np.log10(power.max() + 1e-10))


def put_in_background(
    rng: np.random.Generator, samples: Float, settings: StreamSettings
) -> tuple[Float, int]:
    """A stream with ``samples`` somewhere behind its background, and the index of their onset."""
    factor = rng.uniform(*settings.speed)
    if factor != 1.0:
        samples = soxr.resample(samples, SAMPLE_RATE * factor, SAMPLE_RATE, quality="MQ")
    longest = int(settings.longest_s * SAMPLE_RATE)
    if len(samples) > longest:
        start = int(rng.integers(0, len(samples) - longest))
        samples = samples[start : start + longest]
    wanted_db = rng.uniform(*settings.clip_db)
    loud = samples * np.float32(10.0 ** ((wanted_db - level_db(samples)) / 20.0))
    lead = int(rng.uniform(*settings.background_s) * SAMPLE_RATE)
    noise_db = min(
        float(rng.uniform(*settings.background_db)), wanted_db - rng.uniform(*settings.snr_db)
    )
    noise = coloured_noise(rng, lead + len(loud) + HOP, rng.uniform(0.0, 2.0))
    stream = noise * np.float32(10.0 ** (noise_db / 20.0))
    stream[lead : lead + len(loud)] += loud
    return np.clip(stream, -1.0, 1.0), lead


def stretches(stream: Float, gate: GateSettings, gain: GainSettings) -> list[tuple[int, Float]]:
    """Each stretch of ``stream``: the hop of its first frame, and its features (n, 13)."""
    front = FrontEnd(gate, gain)
    hops = stream[: len(stream) // HOP * HOP].reshape(-1, HOP)
    found: list[tuple[int, list[Float]]] = []
    number = 0
    for first in range(0, len(hops), MOST_HOPS):
        for heard in front.run(hops[first : first + MOST_HOPS]):
            number += 1
            if heard.conditioned.opened:
                found.append((number - len(heard.features), []))
            if len(heard.features):
                found[-1][1].append(heard.features)
    return [(first, np.concatenate(parts)) for first, parts in found if parts]


def make_examples(
    clips: Sequence[Clip],
    indices: Sequence[int],
    seed: int,
    settings: StreamSettings,
    gate: GateSettings,
    gain: GainSettings,
) -> list[Example]:
    """Stretches of the clips at ``indices``, each clip under its own seeded chance."""
    made: list[Example] = []
    for index in indices:
        rng = np.random.default_rng((seed, index))
        stream, onset = put_in_background(rng, clips[index].read(), settings)
        onset_hop = onset // HOP
        for first, features in stretches(stream, gate, gain):
            labelled_from = max(0, onset_hop - first)
            if len(features) - labelled_from >= HOPS_PER_SECOND // 5:
                made.append(Example(features, labelled_from, index))
    return made
