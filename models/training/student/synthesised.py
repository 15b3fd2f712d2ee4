"""What is synthesised beside the recordings, and what the teacher must say for it to be kept."""

from collections.abc import Mapping
from enum import StrEnum

import numpy as np

from models.sounds.groups import DISTRESS_GROUPS, GROUPS
from models.training.student import calm_voices
from models.training.student.screams import scream
from models.training.student.voice import Float

SCREAMING = 0.2  # of a scream
VOICED = 0.8  # of the strongest other class: a scream is a voice and no siren
CRYING = 0.3  # of an infant
UNSUSPICIOUS = 0.25  # most that what is calm may score as distress

_DISTRESS = frozenset(name for group in DISTRESS_GROUPS for name in GROUPS[group])


class Synthesised(StrEnum):
    """By name, as recipes and recordings have it."""

    SCREAM = "scream"
    LAUGHTER = "laughter"
    TALK = "talk"
    SONG = "song"
    SIGNAL = "signal"
    INFANT = "infant"

    @property
    def kind(self) -> str:
        """Which of the network's kinds it is."""
        return {Synthesised.SCREAM: "cry", Synthesised.INFANT: "infant"}.get(self, "none")

    def make(self, rng: np.random.Generator) -> Float:
        """One, at 16 kHz, its peak at 0.5."""
        made = scream if self is Synthesised.SCREAM else getattr(calm_voices, self.value)
        return np.asarray(made(rng), np.float32)

    def is_like(self, scores: Mapping[str, float]) -> bool:
        """Whether the teacher's strongest ``scores``, by class, are those of such a sound."""
        distress = max(scores[name] for name in _DISTRESS)
        if self is Synthesised.SCREAM:
            others = max(score for name, score in scores.items() if name not in _DISTRESS)
            return scores["Screaming"] >= SCREAMING and distress >= VOICED * others
        if self is Synthesised.INFANT:
            return max(scores[name] for name in GROUPS["infant"]) >= CRYING
        return distress < UNSUSPICIOUS
