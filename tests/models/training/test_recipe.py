import json
from dataclasses import asdict

import pytest

from models.errors import ModelError
from models.networks import voice, weights
from models.sounds import student
from models.training import run
from models.training.recipe import FOLDER, LEARNS, read_recipe
from models.training.student.recipe import StudentRecipe, student_recipe
from models.training.train import Recipe
from models.training.utterance import UtteranceRecipe
from models.training.voice.recipe import VoiceRecipe

DEFAULTS = {
    "lstm13": Recipe(), "utterance": UtteranceRecipe(), "student": StudentRecipe(),
    "voice": VoiceRecipe(),
}  # fmt: skip


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_every_recipe_that_came_along_can_be_followed(path):
    recipe = read_recipe(path.stem)
    default = DEFAULTS[recipe.network]
    if recipe.network == "student":
        settings = student_recipe(recipe.settings, recipe.path)
    else:
        settings = recipe.applied(default)
    assert type(settings) is type(default)
    assert settings.seed == default.seed
    for name in recipe.settings:
        told = json.loads(json.dumps(getattr(settings, name)))
        assert told == recipe.settings[name]


def test_every_network_and_whatever_it_learns_from_has_a_recipe():
    found = {(one.network, one.learns) for one in map(read_recipe, names())}
    assert found == {(network, learns) for network, all_ in LEARNS.items() for learns in all_}


@pytest.mark.parametrize("name", ["lstm", "student", "voice"])
def test_the_shipped_networks_are_of_these_recipes(name):
    """Settings that are younger than the weights are those under which they were made."""
    recipe = read_recipe(name)
    if name == "student":
        stored, made = student.load().metadata, student_recipe(recipe.settings, recipe.path)
    else:
        made = recipe.applied(DEFAULTS[recipe.network])
        path = {"lstm": weights.SHIPPED, "voice": voice.SHIPPED}[name]
        stored = weights.load(path).metadata
    told = json.loads(json.dumps(asdict(made)))
    found = stored["training"]["recipe"]
    assert found == {setting: told[setting] for setting in found}


def names():
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


@pytest.mark.parametrize("name", ["lstm", "utterance_folds", "student", "voice"])
def test_a_seed_that_is_asked_for_takes_the_place_of_the_recipes(monkeypatch, tmp_path, name):
    seen = []
    for part in ("_lstm13", "_student", "_utterance", "_voice"):
        monkeypatch.setattr(run, part, lambda recipe, _: seen.append(recipe))
    run.run_recipe(name, run.Run(tmp_path), 23)
    run.run_recipe(name, run.Run(tmp_path))
    asked, plain = (
        student_recipe(recipe.settings, recipe.path)
        if name == "student"
        else recipe.applied(DEFAULTS[recipe.network])
        for recipe in seen
    )
    assert (asked.seed, plain.seed) == (23, DEFAULTS[seen[0].network].seed)


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
