"""What is asked of the listener at the end of each block, and how much it counts."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.data.labels import Meaning
from models.features.constants import SAMPLE_RATE
from models.training.listener.stretches import Stretch

Float = NDArray[np.float32]

OUTCOMES = {"not_distress": 0, "distress": 1, "infant": 2}
WARM_S = 0.25  # after the onset nothing is asked yet
SURE_S = 1.0  # from here on the answer counts fully
EMOTION_SURE_S = 1.5
OVER_S = 1.2  # after the offset nothing of the clip is in the second that is heard
STILL_S = 0.15
BETWEEN = 0.5  # what the background counts


@dataclass(frozen=True, slots=True)
class Targets:
    """Of a stretch of n blocks.

    Attributes:
        outcome: (n,) 0 none, 1 distress, 2 infant.
        outcome_weight: (n,), 0 where nothing is asked.
        emotion_weight: (n,), 0 outside the clip.
    """

    outcome: NDArray[np.int64]
    outcome_weight: Float
    emotion_weight: Float


def targets(stretch: Stretch, meaning: Meaning) -> Targets:
    """Nobody is in distress before the clip and after it; in it, its meaning says.

    What is in neither figure (acted sadness and disgust, sirens) is asked for its emotion only.
    """
    onset_s = stretch.since_onset / SAMPLE_RATE
    offset_s = stretch.since_offset / SAMPLE_RATE
    during = (onset_s > WARM_S) & (offset_s <= STILL_S)
    outcome = np.zeros(len(stretch), np.int64)
    weight = np.where((onset_s <= 0.0) | (offset_s > OVER_S), BETWEEN, 0.0)
    if meaning.verdict in OUTCOMES:
        outcome[during] = OUTCOMES[meaning.verdict]
        weight[during] = np.clip(onset_s[during] / SURE_S, WARM_S, 1.0)
    emotion = np.where(during, np.clip(onset_s / EMOTION_SURE_S, 0.1, 1.0), 0.0)
    return Targets(outcome, weight.astype(np.float32), emotion.astype(np.float32))
