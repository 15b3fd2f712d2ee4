"""Settings of a listener's recipe."""

from pathlib import Path

import pytest

from models.errors import ModelError
from models.training.listener.recipe import ListenerRecipe, listener_recipe
from models.training.recipe import read_recipe

OWN = Path("own.toml")


def test_what_a_recipe_leaves_out_is_as_documented() -> None:
    settings = {"epochs": 2, "shape": {"channels": 32}, "mixture": {"roomless": 0.5}}
    recipe = listener_recipe(settings, OWN)
    assert (recipe.epochs, recipe.shape.channels, recipe.mixture.roomless) == (2, 32, 0.5)
    assert recipe.share == ListenerRecipe().share


def test_every_mistake_is_named_at_once() -> None:
    with pytest.raises(ModelError) as raised:
        listener_recipe({"epoch": 2, "batch": "many", "shape": {"chanels": 32}}, OWN)
    assert all(name in str(raised.value) for name in ("own.toml", "epoch", "batch", "chanels"))


def test_the_recipe_that_came_along_can_be_read() -> None:
    came = read_recipe("listener")
    assert listener_recipe(came.settings, came.path) == ListenerRecipe()
