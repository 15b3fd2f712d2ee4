import pytest

from models.errors import ModelError
from models.training.recipe import FOLDER, read_recipe
from models.training.train import Recipe
from models.training.utterance import UtteranceRecipe


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_every_recipe_that_came_along_can_be_followed(path):
    recipe = read_recipe(path.stem)
    default = Recipe() if recipe.network == "lstm13" else UtteranceRecipe()
    assert recipe.applied(default).seed == 7


def written(folder, text):
    path = folder / "own.toml"
    path.write_text(text)
    return str(path)


LSTM = 'network = "lstm13"\nlearns = "ravdess_folds"\n'


def test_a_file_of_ones_own_sets_what_it_says(tmp_path):
    settings = "[settings]\nepochs = 3\nlearning_rate = 1\nspread = [1.0, 2.0]\n"
    recipe = read_recipe(written(tmp_path, LSTM + settings)).applied(Recipe())
    assert (recipe.epochs, recipe.learning_rate, recipe.spread) == (3, 1.0, (1.0, 2.0))
    assert recipe.batch == Recipe().batch


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("network =", "TOML"),
        ('network = "lstm13"', "no recipe"),
        ('network = "lstm31"\nlearns = "shipped"', "lstm13"),
        ('network = "utterance"\nlearns = "shiped"', "shipped"),
        (LSTM + "[settings]\nepoch = 3", "epochs"),
        (LSTM + '[settings]\nepochs = "3"', "type int"),
        (LSTM + "[settings]\nepochs = true", "type int"),
    ],
)
def test_a_mistake_is_told_with_its_remedy(tmp_path, text, told):
    with pytest.raises(ModelError) as error:
        read_recipe(written(tmp_path, text)).applied(Recipe())
    assert told in str(error.value)


def test_a_recipe_that_is_not_there_is_told():
    with pytest.raises(ModelError, match=r"Did you mean utterance\?"):
        read_recipe("utteranse")
