"""The demonstration: a quiet home, then somebody screams. Every sound is synthesised here.

:func:`render` makes the same seventy-five seconds every time; :func:`timeline` says what is
heard in them. Nothing is read from a file, so the daemon can be shown where no microphone and
no recording exist.
"""

import numpy as np
from numpy.typing import NDArray

from daemon.audio.scene.room import reverberate
from daemon.audio.scene.script import AIR_DBFS, CUES, DURATION_S, TIMELINE, Part
from daemon.audio.scene.sounds import air
from daemon.audio.scene.waveform import at_peak, at_rms, samples

__all__ = ["Part", "render", "timeline"]

_SEED = 1938
_CEILING = 0.9


def timeline() -> tuple[Part, ...]:
    """The parts of the scene in order, each beginning where the one before ends."""
    return TIMELINE


def render() -> NDArray[np.float32]:
    """The whole scene: 16 kHz, mono, peak at most 0.9."""
    dry = np.zeros(samples(DURATION_S))
    for index, cue in enumerate(CUES):
        # A generator for each cue: changing one leaves the others as they are.
        sound = at_peak(cue.make(np.random.default_rng([_SEED, index])), cue.peak_dbfs)
        start = samples(cue.at_s)
        dry[start : start + len(sound)] += sound[: len(dry) - start]
    rng = np.random.default_rng([_SEED, len(CUES)])
    mixed = reverberate(dry, rng) + at_rms(air(DURATION_S, rng), AIR_DBFS)
    mixed *= min(1.0, _CEILING / np.abs(mixed).max())
    return mixed.astype(np.float32)
