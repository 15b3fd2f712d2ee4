"""What a better network says of recordings that a small one is to learn from.

An acted label is one emotion; what the utterance network hears in a recording is how much of each,
and is right of three of four of actors that it never heard. So it is asked about each actor by a
head that learned from the others.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import torch
from scipy.special import softmax
from torch import Tensor

from models.data.corpora import Clip
from models.data.labels import EMOTIONS
from models.training.utterance import Recordings, UtteranceRecipe, emotions_of, fit_emotions

PARTS: Final = 5  # of the actors: each is told of by a head of the other four parts
TEMPERATURE: Final = 2.0  # discriminants are too sure


def taught_by(clips: Sequence[Clip], recordings: Recordings, weight: float) -> Tensor:
    """Targets of acted ``clips``, (clips, 8): their labels, and what is heard in them.

    Args:
        clips: of one emotion each; the groups are what the heads may not have heard.
        recordings: what Whisper's encoder makes of them.
        weight: of what is heard, in [0, 1].
    """
    recipe = UtteranceRecipe()
    views = [recordings.spoken(clips, speed) for speed in recipe.speeds]
    truth = emotions_of(clips)
    groups = sorted({clip.group for clip in clips})
    heard = np.zeros((len(clips), len(EMOTIONS)))
    for part in range(PARTS):
        asked = np.isin([clip.group for clip in clips], groups[part::PARTS])
        head = fit_emotions([view[~asked] for view in views], truth[~asked], recipe)
        logits = np.mean([head(view[asked]) for view in views], axis=0) / TEMPERATURE
        heard[asked] = softmax(logits, axis=1)
    return torch.from_numpy(weight * heard + (1.0 - weight) * np.eye(len(EMOTIONS))[truth]).float()
