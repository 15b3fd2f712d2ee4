"""The folds of the 13-MFCC network: which actors each learns from, and what is written."""

import json
from dataclasses import replace

import numpy as np
import pytest

from models.data.corpora import Clip
from models.data.splits import ravdess_actors
from models.errors import ModelError
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


@pytest.mark.parametrize("fold", [0, 4])
def test_a_fold_learns_from_the_twenty_actors_that_it_is_not_judged_by(learned, tmp_path, fold):
    train_folds([], tmp_path, RECIPE, folds=(fold,))
    (actors,) = learned
    assert actors == set(range(1, 25)) - set(ravdess_actors(fold)["test"])
    found = weights.load(tmp_path / f"ravdess_{fold}_lstm13.safetensors")
    assert found.metadata["training"]["actors"] == sorted(actors)
    assert {"gate", "gain", "calibration"} <= found.metadata.keys()
    assert Stepper(found.tensors).step(np.zeros(13, np.float32)).shape == (8,)


def test_what_is_kept_is_a_mean_over_the_steps_if_one_is_wanted(learned, tmp_path):
    for name, average in (("last", 0.0), ("mean", 0.9)):
        train_folds([], tmp_path / name, replace(RECIPE, average=average), folds=(3,))
    last, mean = (
        weights.load(tmp_path / name / "ravdess_3_lstm13.safetensors").tensors["head.weight"]
        for name in ("last", "mean")
    )
    assert not np.array_equal(last, mean)
    assert np.abs(last - mean).max() < 0.1


def test_two_folds_at_once_are_what_each_is_alone(learned, tmp_path):
    train_folds([], tmp_path / "both", RECIPE, folds=(1, 2))
    train_folds([], tmp_path / "one", RECIPE, folds=(2,))
    both, one = (
        weights.load(tmp_path / name / "ravdess_2_lstm13.safetensors") for name in ("both", "one")
    )
    assert both.sha256 == one.sha256


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


class KilledError(Exception):
    """Stands for a kill."""


def epochs_of(said: str) -> list[str]:
    return [line.split(":")[0] for line in said.splitlines() if ", epoch " in line]


@pytest.mark.parametrize("average", [0.0, 0.9])
def test_a_fold_that_was_killed_goes_on_at_its_epoch(
    learned, tmp_path, monkeypatch, capsys, average
):
    recipe = replace(RECIPE, epochs=3, average=average, before={"ravdess": 1.0}, before_epochs=2)
    train_folds([], tmp_path / "whole", recipe, folds=(3,))
    assert len(epochs_of(capsys.readouterr().out)) == 5
    learn, calls = ravdess_folds.learn_epoch, []

    def killed(*given):
        calls.append(given)
        if len(calls) == 5:
            raise KilledError
        return learn(*given)

    with monkeypatch.context() as patch:
        patch.setattr(ravdess_folds, "learn_epoch", killed)
        with pytest.raises(KilledError):
            train_folds([], tmp_path / "net", recipe, folds=(3,))
    assert not list((tmp_path / "net").glob("*.safetensors"))
    capsys.readouterr()
    train_folds([], tmp_path / "net", recipe, folds=(3,))
    assert epochs_of(capsys.readouterr().out) == ["fold 3, epoch 3"]
    whole, resumed = (
        weights.load(tmp_path / name / "ravdess_3_lstm13.safetensors") for name in ("whole", "net")
    )
    assert resumed.sha256 == whole.sha256
    curves, again = (
        json.loads((tmp_path / name / "ravdess_lstm13.curves.json").read_text())["trainings"]
        for name in ("whole", "net")
    )
    assert curves == again
    assert {name: len(curve) for name, curve in curves.items()} == {"before": 2, "fold 3": 3}
    assert "uar" in curves["fold 3"][-1]
    assert (tmp_path / "net" / "ravdess_lstm13.curves.svg").is_file()
    assert not list(tmp_path.glob("*/*.checkpoint*"))


def test_a_fold_that_was_done_is_not_learned_again(learned, tmp_path, monkeypatch, capfd):
    write = ravdess_folds._write

    def killed(path, *given):
        if path.name.startswith("ravdess_2"):
            raise KilledError
        write(path, *given)

    with monkeypatch.context() as patch:
        patch.setattr(ravdess_folds, "_write", killed)
        with pytest.raises(KilledError):
            train_folds([], tmp_path, RECIPE, folds=(1, 2))
    assert set(epochs_of(capfd.readouterr().out)) == {"fold 1, epoch 1", "fold 2, epoch 1"}
    train_folds([], tmp_path, RECIPE, folds=(1, 2, 4))
    assert epochs_of(capfd.readouterr().out) == ["fold 4, epoch 1"]
    made = {path.name for path in tmp_path.iterdir()}
    assert {f"ravdess_{fold}_lstm13.safetensors" for fold in (1, 2, 4)} <= made
    assert not [name for name in made if "checkpoint" in name]


def test_a_checkpoint_of_another_recipe_is_told(learned, tmp_path, monkeypatch):
    monkeypatch.setattr(ravdess_folds, "_write", lambda *_: pytest.fail("told"))
    with pytest.raises(pytest.fail.Exception):
        train_folds([], tmp_path, RECIPE, folds=(3,))
    with pytest.raises(ModelError, match="another recipe"):
        train_folds([], tmp_path, replace(RECIPE, batch=2), folds=(3,))
