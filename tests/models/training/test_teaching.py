"""What a better network says of recordings: by heads that never heard the actor."""

import zlib

import numpy as np
import pytest

from models.data.corpora import Clip
from models.data.labels import EMOTIONS
from models.training.teaching import taught_by
from models.training.utterance import emotion_of

LABELS = ("neutral", "calm", "happy", "sad", "angry", "fear", "disgust", "surprise")
CLIPS = [
    Clip(None, "ravdess", f"{actor}-{label}-{take}", label, "", f"ravdess:rav{actor:02d}", 1.0)
    for actor in range(10)
    for label in LABELS
    for take in range(3)
]
TRUTH = np.array([emotion_of(clip) for clip in CLIPS])


class Heard:
    """Figures of each clip by chance, the same every time, and as much of its emotion."""

    def __init__(self, told: float) -> None:
        self._told = told

    def spoken(self, clips, speed):
        rows = []
        for clip in clips:
            rng = np.random.default_rng(zlib.crc32(f"{clip.file} {speed}".encode()))
            row = rng.standard_normal(300)
            row[emotion_of(clip)] += self._told
            rows.append(row)
        return np.array(rows, np.float32)


def test_without_weight_the_labels_are_the_targets():
    targets = taught_by(CLIPS, Heard(0.0), 0.0).numpy()
    np.testing.assert_array_equal(targets, np.eye(len(EMOTIONS))[TRUTH])


@pytest.mark.parametrize("weight", [0.4, 1.0])
def test_targets_are_probabilities(weight):
    targets = taught_by(CLIPS, Heard(5.0), weight).numpy()
    assert (targets >= 0).all()
    np.testing.assert_allclose(targets.sum(axis=1), 1.0, atol=1e-5)


def test_what_can_be_heard_in_other_actors_is_told():
    targets = taught_by(CLIPS, Heard(8.0), 1.0).numpy()
    assert (targets.argmax(axis=1) == TRUTH).mean() > 0.9


def test_no_head_knows_the_actor_whom_it_is_asked_about():
    """There is nothing to hear here: who had learned a recording would know its label."""
    targets = taught_by(CLIPS, Heard(0.0), 1.0).numpy()
    assert (targets.argmax(axis=1) == TRUTH).mean() < 0.3
