"""From what the network and the sound events say to two calibrated probabilities.

Two regressions over a handful of figures, so that a person can read their weights: one over the
LSTM's log-odds of fear or anger, while the gate is open; one over the logarithms of sound-event
scores. Either may hear distress that the other cannot, so that it is missed only if both miss it:
P = 1 − (1 − P voice)(1 − P sounds). One regression over all figures at once did worse: acted fear,
in which the sound events hear nothing, taught it to discount them in screams.

The parameters are fitted on recordings that the network did not learn from, and travel in the
weights' metadata.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.errors import ModelError
from models.sounds.groups import DISTRESS_GROUPS, GROUPS

Float = NDArray[np.float32]

OUTCOMES = ("none", "distress", "infant")
SCORE_FLOOR = 1e-3  # added to a score before its logarithm: below it YAMNet's scores say nothing
LEAST = 1e-6  # probability, and what it lacks of one
ODDS_LIMIT = 6.0  # log-odds of the posterior are held within ± this
# ``cry`` is the strongest of the groups that speak for distress.
FEATURES = ("gate", "odds", *GROUPS, "cry")
VOICE_FEATURES = ("odds",)
# Two figures do as well as eleven on the development folds, and cannot take speech for a cry.
SOUND_FEATURES = ("cry", "infant")
_FIRST_GROUP, _CRY = FEATURES.index(next(iter(GROUPS))), FEATURES.index("cry")
_CRIES = np.array([FEATURES.index(group) for group in DISTRESS_GROUPS])


def emotion_features(distress_posterior: float | None, out: Float) -> None:
    """Write ``gate`` and ``odds`` of P(angry) + P(fearful), or of a closed gate, to ``out[:2]``."""
    if distress_posterior is None:
        out[0] = out[1] = 0.0
        return
    out[0] = 1.0
    out[1] = min(max(log_odds(distress_posterior), -ODDS_LIMIT), ODDS_LIMIT)


def sound_features(grouped: Float, out: Float) -> None:
    """Write the logarithms of the groups' scores, (11,), and of the strongest cry, to ``out``."""
    np.log(grouped + np.float32(SCORE_FLOOR), out=out[_FIRST_GROUP:_CRY])
    out[_CRY] = out[_CRIES].max()


@dataclass(frozen=True, slots=True)
class Calibration:
    """Softmax regression; outcome 0 (none) is the reference.

    Attributes:
        features: which of FEATURES it looks at, (n,) indices.
        weight: (2, n) for distress and infant.
        bias: (2,).
    """

    features: NDArray[np.intp]
    weight: Float
    bias: Float

    @classmethod
    def over(cls, names: Sequence[str], weight: ArrayLike, bias: ArrayLike) -> "Calibration":
        """A regression over the named figures."""
        index = np.array([FEATURES.index(name) for name in names])
        return cls(index, np.asarray(weight, np.float32), np.asarray(bias, np.float32))

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Calibration":
        """From the metadata's lists.

        Raises:
            ModelError: if it was fitted on other figures than this version hears.
        """
        names, weight = stored["features"], np.array(stored["weight"], np.float32)
        bias = np.array(stored["bias"], np.float32)
        fits = weight.shape == (2, len(names)) and bias.shape == (2,)
        if not set(names) <= set(FEATURES) or not fits:
            raise ModelError(
                "The weights' calibration was fitted on other figures than this version hears.",
                "Use the weights that came with it, or run `distressd train` again.",
            )
        return cls.over(names, weight, bias)

    def stored(self) -> dict[str, Any]:
        """As the metadata holds it."""
        return {
            "features": [FEATURES[i] for i in self.features],
            "weight": [[round(float(w), 6) for w in row] for row in self.weight],
            "bias": [round(float(b), 6) for b in self.bias],
        }

    def __call__(self, figures: Float) -> tuple[float, float]:
        """Probabilities of distress and of an infant crying, from all FEATURES, (14,)."""
        z = self.weight @ figures[self.features] + self.bias
        distress, infant = float(z[0]), float(z[1])
        most = max(0.0, distress, infant)
        none = math.exp(-most)
        distress, infant = math.exp(distress - most), math.exp(infant - most)
        total = none + distress + infant
        return distress / total, infant / total


def highest(by_voice: Calibration) -> float:
    """The highest probability of distress by voice alone: nothing but anger and fear."""
    figures = np.zeros(len(FEATURES), np.float32)
    emotion_features(1.0, figures)
    return by_voice(figures)[0]


def log_odds(probability: float) -> float:
    """Of a probability, which is held within 1e-6 of certainty."""
    within = min(max(probability, LEAST), 1.0 - LEAST)
    return math.log(within / (1.0 - within))


def probability(log_odds: float) -> float:
    """Of log-odds, however large: exp would overflow."""
    return 0.5 * (1.0 + math.tanh(0.5 * log_odds))


def either(voice: float, sounds: float) -> float:
    """Probability that at least one of two independent witnesses is right."""
    return 1.0 - (1.0 - voice) * (1.0 - sounds)
