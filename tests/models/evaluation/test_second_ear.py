"""The second ear by itself, on recordings that it never learned from."""

import numpy as np
import pytest

from models.data.corpora import read_corpus
from models.data.splits import split
from models.evaluation.measures import auc
from models.evaluation.second_ear import SecondEar
from models.networks.voice import SHIPPED

FEW = 12


@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
def test_distress_is_told_from_calm_voices_clip_by_clip(data_root, words_models):
    clips = split(list(read_corpus(data_root, "nemo")))["dev"]
    distress = [clip for clip in clips if clip.label == "fear"][:FEW]
    calm = [clip for clip in clips if clip.label == "neutral"][:FEW]
    rows = SecondEar().cut(SHIPPED, [*distress, *calm])
    assert [row.clip for row in rows] == [*distress, *calm]
    scores = np.array([row.score for row in rows])
    assert ((scores > 0) & (scores < 1)).all()
    found = auc([row.distress for row in rows], scores.tolist())
    assert found is not None
    assert found > 0.75
