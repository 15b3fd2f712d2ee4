"""The head of distress: several perceptrons, which speak with one voice."""

from dataclasses import replace

import numpy as np
import pytest

from models.errors import ModelError
from models.networks.mobilenet import KINDS
from models.networks.whisper_encoder import gelu
from models.training.voice.recipe import VoiceRecipe
from models.training.voice.train import (
    fit_distress,
    train_screams,
    train_shipped,
    train_without,
)
from models.training.voice.windows import Windows

SIZE = 12
RECIPE = VoiceRecipe(perceptrons=3, hidden=6, passes=40, batch=32, learning_rate=1e-2)


@pytest.fixture(scope="module")
def heard() -> tuple[Windows, np.ndarray]:
    """Windows that tell their kind, at levels and spreads of their own."""
    rng = np.random.default_rng(1)
    kinds = rng.integers(0, len(KINDS), 400)
    figures = np.eye(SIZE)[kinds] + 0.2 * rng.standard_normal((400, SIZE))
    figures = 5.0 + figures * np.linspace(0.1, 3.0, SIZE)
    return Windows(np.arange(400), figures.astype(np.float16), np.array(["a"] * 400)), kinds


def said(tensors, figures):
    hidden = gelu(figures @ tensors["hidden.weight"].T + tensors["hidden.bias"])
    return hidden @ tensors["kinds.weight"].T + tensors["kinds.bias"]


def test_what_one_head_says_is_the_mean_of_what_its_perceptrons_would(heard):
    windows, kinds = heard
    figures = windows.figures.astype(np.float32)
    together, _ = fit_distress(windows, kinds, RECIPE)
    alone = [
        fit_distress(windows, kinds, replace(RECIPE, perceptrons=1, seed=RECIPE.seed + n))[0]
        for n in range(RECIPE.perceptrons)
    ]
    assert together["hidden.weight"].shape == (RECIPE.perceptrons * RECIPE.hidden, SIZE)
    wanted = np.mean([said(one, figures) for one in alone], axis=0)
    np.testing.assert_allclose(said(together, figures), wanted, atol=1e-4)
    assert np.abs(said(alone[0], figures) - said(alone[1], figures)).max() > 1e-2


def test_it_learns_to_tell_the_kinds_and_says_how_it_went(heard):
    windows, kinds = heard
    tensors, curve = fit_distress(windows, kinds, RECIPE)
    right = said(tensors, windows.figures.astype(np.float32)).argmax(axis=1) == kinds
    assert right.mean() > 0.95
    assert [point["epoch"] for point in curve] == list(range(1, RECIPE.passes + 1))
    assert curve[-1]["loss"] < curve[0]["loss"]
    assert all(tensor.dtype == np.float32 for tensor in tensors.values())


def test_what_has_no_chance_is_not_learned(heard):
    windows, kinds = heard
    chance = np.where(kinds == 1, 0.0, 1.0 / (kinds != 1).sum())
    tensors, _ = fit_distress(windows, kinds, replace(RECIPE, perceptrons=1), chance)
    guesses = said(tensors, windows.figures.astype(np.float32)).argmax(axis=1)
    assert (guesses != 1).all()
    others = kinds != 1
    assert (guesses[others] == kinds[others]).mean() > 0.95


@pytest.mark.parametrize("recipe", [VoiceRecipe(scenes=0.5), VoiceRecipe(quiet=0.1)])
def test_scenes_and_quiet_rooms_tell_no_side_of_screams_apart(tmp_path, recipe):
    with pytest.raises(ModelError, match="Leave `scenes` and `quiet` out"):
        train_screams([], tmp_path, recipe, None)
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("train", [train_shipped, train_without])
def test_a_recipe_that_leaves_nothing_for_mixtures_is_refused(tmp_path, train):
    with pytest.raises(ModelError, match="leaves nothing for mixtures"):
        train([], tmp_path / "voice.safetensors", VoiceRecipe(scenes=0.8, quiet=0.2), None)
    assert not any(tmp_path.iterdir())
