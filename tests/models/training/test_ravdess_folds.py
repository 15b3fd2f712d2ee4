"""The folds of the 13-MFCC network: which actors each learns from, and what is written."""

import numpy as np
import pytest

from models.data.corpora import Clip
from models.data.splits import ravdess_actors
from models.networks import weights
from models.networks.stepper import Stepper
from models.training import ravdess_folds
from models.training.ravdess_folds import train_folds
from models.training.streams import Example
from models.training.train import Fold, Recipe

WORDS = ("neutral", "angry")
RECIPE = Recipe(
    variants={}, epochs=1, batch=4, examples_per_epoch=8, share={"ravdess": 1.0}, longest=40
)


@pytest.fixture
def learned(monkeypatch):
    """Streams that are made up; the actors whose examples each fold was given."""
    import torch

    clips = [
        Clip(None, "ravdess", f"{actor}-{word}", word, "", f"ravdess:rav{actor:02d}", 1.0)
        for actor in range(1, 25)
        for word in WORDS
    ]
    rng = np.random.default_rng(8)
    examples = [
        Example(rng.standard_normal((60, 13)).astype(np.float32) + k % 2, 0, k)
        for k in range(len(clips))
    ]
    allowed = torch.zeros(len(clips), 8, dtype=torch.bool)
    allowed[::2, 0] = allowed[1::2, 4] = True
    monkeypatch.setattr(ravdess_folds, "prepare", lambda *_: Fold(clips, examples, allowed))
    seen = []
    learn = ravdess_folds.learn_epoch

    def watched(model, learning, fold, *rest):
        groups = {fold.clips[one.clip].group for one in fold.examples}
        seen.append({int(group[-2:]) for group in groups})
        return learn(model, learning, fold, *rest)

    monkeypatch.setattr(ravdess_folds, "learn_epoch", watched)
    return seen


def test_a_fold_learns_from_the_twenty_actors_that_it_is_not_judged_by(learned, tmp_path):
    train_folds([], tmp_path, RECIPE, folds=(0, 4))
    for fold, actors in zip((0, 4), learned, strict=True):
        assert actors == set(range(1, 25)) - set(ravdess_actors(fold)["test"])
        found = weights.load(tmp_path / f"ravdess_{fold}_lstm13.safetensors")
        assert found.metadata["training"]["actors"] == sorted(actors)
        assert {"gate", "gain", "calibration"} <= found.metadata.keys()
        assert Stepper(found.tensors).step(np.zeros(13, np.float32)).shape == (8,)


def test_to_choose_by_it_learns_from_sixteen_and_writes_nothing(learned, tmp_path):
    found = train_folds([], tmp_path / "none", RECIPE, folds=(2,), inner=True)
    assert learned == [set(ravdess_actors(2)["train"])]
    assert 0.0 <= found[2] <= 1.0
    assert not (tmp_path / "none").exists()


def test_the_same_seed_writes_the_same(learned, tmp_path):
    for name in ("one", "other"):
        train_folds([], tmp_path / name, RECIPE, folds=(1,))
    one, other = (
        weights.load(tmp_path / name / "ravdess_1_lstm13.safetensors") for name in ("one", "other")
    )
    assert one.sha256 == other.sha256
