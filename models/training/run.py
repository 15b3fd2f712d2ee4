"""Carries out a recipe file."""

from pathlib import Path

import numpy as np

from models.training.recipe import RecipeFile, read_recipe


def run_recipe(named: str, data: Path, out: Path | None, cache: Path | None = None) -> None:
    """Train what the recipe ``named`` says.

    Args:
        named: a recipe that came along, or a file.
        data: the data root.
        out: the file that is written, or the folder where there are several; None for the
            current folder.
        cache: where what an encoder made of the recordings is kept; None to keep nothing.

    Raises:
        ModelError: the recipe, or a model that it needs, cannot be used.
        DataError: a corpus is missing or cannot be read.
    """
    recipe = read_recipe(named)
    if recipe.network == "lstm13":
        _lstm13(recipe, data, out or Path())
    elif recipe.network == "student":
        _student(recipe, data, out, cache)
    else:
        _utterance(recipe, data, out, cache)


def _lstm13(recipe: RecipeFile, data: Path, out: Path) -> None:
    from models.training.ravdess_folds import train_folds
    from models.training.train import Recipe

    train_folds(data, out, recipe.applied(Recipe()))


def _student(recipe: RecipeFile, data: Path, out: Path | None, cache: Path | None) -> None:
    from models.training.student.recipe import student_recipe
    from models.training.student.train import train

    settings = student_recipe(recipe.settings, recipe.path)
    path = out or Path("student.tflite")
    figures = train(data, path, settings, cache or path.with_suffix(".recordings"))
    print(f"{path}: learned from {figures['learned']} recordings", flush=True)


def _utterance(recipe: RecipeFile, data: Path, out: Path | None, cache: Path | None) -> None:
    from models.training import utterance

    settings = recipe.applied(utterance.UtteranceRecipe())
    recordings = utterance.Recordings(cache)
    if recipe.learns == "shipped":
        path = out or Path("utterance.safetensors")
        utterance.train_shipped(data, path, settings, recordings)
    elif recipe.learns == "without_corpora":
        utterance.train_without(data, out or Path(), settings, recordings)
    else:
        inner = utterance.train_ravdess(data, out or Path(), settings, recordings)
        folds = ", ".join(f"{uar:.3f}" for uar in inner)
        print(f"inner development actors: UAR {np.mean(inner):.4f} ({folds})", flush=True)
