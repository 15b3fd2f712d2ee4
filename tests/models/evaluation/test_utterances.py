"""Recordings before the utterance network, each by weights that never heard it."""

import numpy as np
import pytest

from models.data.corpora import Clip
from models.evaluation import fold_weights, utterances
from models.evaluation.utterances import Utterances, clip_figures
from models.networks import weights

SHAPE = (2, 2, 4)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Weights that hear distress in the first figure and anger in the second."""
    rows = np.zeros((8, 16), np.float32)
    rows[4, 1] = 5.0
    outcomes = np.zeros((3, 16), np.float32)
    outcomes[1, 0] = 5.0
    tensors = {
        "emotions.weight": rows, "emotions.bias": np.zeros(8, np.float32),
        "outcomes.weight": outcomes, "outcomes.bias": np.zeros(3, np.float32),
    }  # fmt: skip
    for name in ("utterance", "without_nemo_utterance"):
        about = {
            "network": "utterance",
            "speeds": [1.0, 0.9],
            "training": {"recipe": {"corpora": ["nemo", "tess"]}},
        }
        weights.save(tmp_path / f"{name}.safetensors", tensors, about)
    monkeypatch.setattr(fold_weights, "FOLDER", tmp_path)
    monkeypatch.setattr(utterances, "SHIPPED", tmp_path / "utterance.safetensors")
    monkeypatch.setattr(utterances, "find", lambda _: tmp_path / "model.bin")
    return tmp_path


@pytest.fixture
def heard(monkeypatch):
    """An encoder that hears the label; which views were asked for."""
    views = []

    def hear(clips, view, encoder, cache):
        views.append((view, {clip.corpus for clip in clips}))
        figures = np.zeros((len(clips), *SHAPE), np.float32)
        figures[:, 0, 0, 0] = [1.0 if clip.label == "angry" else -1.0 for clip in clips]
        figures[:, 0, 0, 1] = figures[:, 0, 0, 0]
        return figures

    monkeypatch.setattr(utterances, "hear_pooled", hear)
    return views


def clips():
    return [
        Clip(None, corpus, f"{corpus}/{label}{k}", label, "", f"{corpus}:speaker{k}", 1.0)
        for corpus in ("nemo", "tess")
        for label in ("angry", "neutral")
        for k in range(40)
    ]


def test_a_recording_is_heard_whole_at_every_speed_and_cut_at_one(folder, heard):
    path = folder / "utterance.safetensors"
    told = Utterances().whole("utterance", path, clips())
    assert [view for view, _ in heard] == [("plain", 1.0), ("plain", 0.9)]
    assert {row.guess for row in told if row.clip.label == "angry"} == {"angry"}
    heard.clear()
    assert all(row.score > 0.5 for row in Utterances().cut(path, clips()) if row.distress)
    assert [view for view, _ in heard] == [("cut", 1.0)]


def test_a_corpus_is_judged_by_what_was_trained_without_it_where_there_is_such(folder, heard):
    found = clip_figures(clips(), "test", Utterances(), 0.7)
    assert found["auc"]["known"] == 1.0
    assert found["unseen_corpus"]["nemo"]["auc"] == 1.0
    assert found["unseen_corpus"]["nemo"]["fnr"] == 0.0
    assert found["unseen_corpus"]["tess"] is None
    assert found["unseen_macro"]["auc"] == 1.0


def test_without_weights_there_are_no_figures(folder, heard):
    (folder / "utterance.safetensors").unlink()
    assert clip_figures(clips(), "test", Utterances(), 0.7) is None
