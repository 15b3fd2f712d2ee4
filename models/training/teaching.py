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
from models.training.utterance import Recordings, UtteranceRecipe, emotion_of, fit_emotions

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
    groups = sorted({clip.group for clip in clips})
    heard = np.zeros((len(clips), len(EMOTIONS)))
    for part in range(PARTS):
        asked = set(groups[part::PARTS])
        mine = [place for place, clip in enumerate(clips) if clip.group in asked]
        head = fit_emotions([c for c in clips if c.group not in asked], recordings, recipe)
        views = [recordings.spoken([clips[i] for i in mine], speed) for speed in recipe.speeds]
        logits = np.mean([head(view) for view in views], axis=0) / TEMPERATURE
        heard[mine] = softmax(logits, axis=1)
    labels = np.eye(len(EMOTIONS))[[emotion_of(clip) for clip in clips]]
    return torch.from_numpy(weight * heard + (1.0 - weight) * labels).float()
