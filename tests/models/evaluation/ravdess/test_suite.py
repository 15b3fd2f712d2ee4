"""Folds are heard by their own weights, and what is missing is said."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from models.data.labels import EMOTIONS
from models.errors import ModelError
from models.evaluation import fold_weights
from models.evaluation.clips.hearing import Scored
from models.evaluation.ravdess import suite


@pytest.fixture
def root(tmp_path):
    for actor in range(1, 25):
        folder = tmp_path / "ravdess" / f"Actor_{actor:02d}"
        folder.mkdir(parents=True)
        for emotion in (1, 6):
            name = f"03-01-{emotion:02d}-01-01-01-{actor:02d}.flac"
            soundfile.write(folder / name, np.zeros(160), 16_000)
    return tmp_path


@pytest.fixture
def folder(tmp_path, monkeypatch):
    there = tmp_path / "folds"
    there.mkdir()
    monkeypatch.setattr(fold_weights, "FOLDER", there)
    return there


def knows(emotion_of):
    """Hears whatever ``emotion_of`` says of a clip."""
    heard = []

    def hear(network, path, clips):
        heard.append((network, Path(path).name, {c.group for c in clips}))
        guesses = [tuple(float(e == emotion_of(c)) for e in EMOTIONS) for c in clips]
        return [Scored(c, 0.0, 0.0, g) for c, g in zip(clips, guesses, strict=True)]

    return hear, heard


def test_each_actor_is_heard_by_the_weights_that_never_heard_them(root, folder):
    for k in range(6):
        (folder / f"ravdess_{k}_lstm13.safetensors").write_bytes(b"x")
    hear, heard = knows(lambda clip: "neutral")
    found = suite.measure(root, "test", {"lstm13": hear, "streaming": hear})
    assert [name for _, name, _ in heard] == [f"ravdess_{k}_lstm13.safetensors" for k in range(6)]
    for k, (_, _, groups) in enumerate(heard):
        assert groups == {f"ravdess:rav{a:02d}" for a in range(4 * k + 1, 4 * k + 5)}
    told = found.figures
    assert told["uar"] == {"lstm13": 0.5, "streaming": None, "utterance": None}
    assert told["ci95"]["lstm13"] == [0.5, 0.5]
    assert told["missing"] == ["streaming", "utterance"]
    assert told["folds"][5]["actors"] == [21, 22, 23, 24]
    assert len(found.rows["lstm13"]) == 48


def test_a_fold_without_weights_is_no_figure(root, folder):
    (folder / "ravdess_0_lstm13.safetensors").write_bytes(b"x")
    hear, heard = knows(lambda clip: "neutral")
    with pytest.raises(ModelError, match=r"ravdess_1_lstm13\.safetensors is missing"):
        suite.measure(root, "test", {"lstm13": hear})
    assert heard == []
