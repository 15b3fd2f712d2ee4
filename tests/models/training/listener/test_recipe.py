"""Recipe files."""

from pathlib import Path

import pytest

from models.errors import ModelError
from models.training.listener.recipe import ListenerRecipe, read_recipe


def test_what_a_recipe_leaves_out_is_as_documented(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text("epochs = 2\n[shape]\nchannels = 32\n[mixture]\nroomless = 0.5\n")
    recipe = read_recipe(path)
    assert (recipe.epochs, recipe.shape.channels, recipe.mixture.roomless) == (2, 32, 0.5)
    assert recipe.share == ListenerRecipe().share


def test_every_mistake_is_named_at_once(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text('epoch = 2\nbatch = "many"\n[shape]\nchanels = 32\n')
    with pytest.raises(ModelError, match=r"epoch.*batch|batch.*epoch") as raised:
        read_recipe(path)
    assert "chanels" in str(raised.value)


@pytest.mark.parametrize("text", ["epochs = ", "\x00"])
def test_no_toml_is_said_in_a_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "own.toml"
    path.write_text(text)
    with pytest.raises(ModelError, match="cannot be read"):
        read_recipe(path)
    with pytest.raises(ModelError, match="cannot be read"):
        read_recipe(tmp_path / "absent.toml")
