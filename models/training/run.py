"""Carries out a training: from a data root to weights."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from models.data.corpora import Clip, corpora_in, read_all, read_corpus
from models.errors import ModelError
from models.training.recipe import RecipeFile, read_recipe

if TYPE_CHECKING:
    from models.training.train import Recipe


@dataclass(frozen=True, slots=True)
class Run:
    """What is trained from, and where it goes.

    Attributes:
        data: the data root.
        out: the file that is written, or the folder where there are several; None for the
            current folder.
        cache: where what was made of the recordings is kept; None to keep nothing, or beside
            the file.
        quick: a smoke test, in a minute or two; what it writes is good for nothing.
        also: corpora that are learned from beside the published ones.
        inner: whether folds are judged by their inner development actors; nothing is written.
    """

    data: Path
    out: Path | None = None
    cache: Path | None = None
    quick: bool = False
    also: tuple[str, ...] = ()
    inner: bool = False

    def published(self) -> list[Clip]:
        """Of the corpora that the shipped figures are made with, and of ``also``."""
        return self._few(read_all(self.data, self.also))

    def every(self) -> list[Clip]:
        """Of every corpus that lies there, one's own included."""
        return self._few([c for corpus in corpora_in(self.data) for c in self._of(corpus)])

    def ravdess(self) -> list[Clip]:
        """Of RAVDESS alone."""
        return self._few(self._of("ravdess"))

    def _of(self, corpus: str) -> list[Clip]:
        return list(read_corpus(self.data, corpus))

    def _few(self, clips: Sequence[Clip]) -> list[Clip]:
        from models.training.quick import few

        return few(clips) if self.quick else list(clips)


def run_recipe(named: str, run: Run, seed: int | None = None) -> None:
    """Train what the recipe ``named`` says: one that came along, or a file.

    Args:
        named: its name, or the file's.
        run: what is trained from, and where it goes.
        seed: in place of the recipe's own.

    Raises:
        ModelError: the recipe, a checkpoint, or a model that it needs, cannot be used.
        DataError: a corpus is missing or cannot be read.
    """
    from models.training.beside import check_beside

    recipe = read_recipe(named)
    check_beside(recipe, run.also)
    if run.inner and (recipe.network, recipe.learns) != ("lstm13", "ravdess_folds"):
        raise ModelError(
            f"--inner says nothing of {recipe.path.stem}.",
            "It is for lstm13_folds; other folds tell their inner figure anyway.",
        )
    if seed is not None:
        recipe = replace(recipe, settings={**recipe.settings, "seed": seed})
    if recipe.network == "lstm13":
        _lstm13(recipe, run)
    elif recipe.network == "student":
        _student(recipe, run)
    elif recipe.network == "voice":
        _voice(recipe, run)
    else:
        _utterance(recipe, run)


def _lstm13(recipe: RecipeFile, run: Run) -> None:
    from models.training.beside import with_shares
    from models.training.quick import quick_lstm
    from models.training.ravdess_folds import train_folds
    from models.training.train import Recipe

    settings = recipe.applied(Recipe())
    settings = quick_lstm(settings) if run.quick else settings
    if recipe.learns == "shipped":
        _shipped(with_shares(settings, run.also), run)
    else:
        clips, out = run.published(), run.out or Path()
        found = train_folds(clips, out, settings, inner=run.inner, cache=run.cache)
        if run.inner:
            _say_inner(list(found.values()))


def _shipped(recipe: "Recipe", run: Run) -> None:
    """Train the EmotionLSTM that ships, and calibrate it.

    Only then is it where it is wanted: until the end, what lay there lies there still.
    """
    from models.training.calibrate import calibrate, sound_events
    from models.training.curves import write_curves
    from models.training.train import train

    clips, where = run.published(), run.out or Path("emotion_lstm.safetensors")
    sound_events()  # without them half an hour of learning would be for nothing
    trained = train(clips, where, recipe)
    calibrate(clips, trained.path, where)
    write_curves(where, "epoch", {"training": trained.curve})
    trained.remove()
    _say(f"{where}: unweighted average recall {trained.best['uar']:.3f} on the development actors"
         f" (epoch {trained.best['epoch']:.0f})")  # fmt: skip


def _student(recipe: RecipeFile, run: Run) -> None:
    from models.training.quick import quick_student
    from models.training.student.recipe import student_recipe
    from models.training.student.train import train

    settings = student_recipe(recipe.settings, recipe.path)
    settings = quick_student(settings) if run.quick else settings
    path = run.out or Path("student.tflite")
    figures = train(run.every(), path, settings, run.cache or path.with_suffix(".recordings"))
    _say(f"{path}: learned from {figures['learned']} recordings")


def _utterance(recipe: RecipeFile, run: Run) -> None:
    from models.training import utterance
    from models.training.quick import quick_utterance

    settings = recipe.applied(utterance.UtteranceRecipe())
    settings = quick_utterance(settings) if run.quick else settings
    recordings = utterance.Recordings(run.cache)
    folder = run.out or Path()
    if recipe.learns == "shipped":
        path = run.out or Path("utterance.safetensors")
        utterance.train_shipped(run.published(), path, settings, recordings)
    elif recipe.learns == "without_corpora":
        utterance.train_without(run.published(), folder, settings, recordings)
    else:
        _say_inner(utterance.train_ravdess(run.ravdess(), folder, settings, recordings))


def _voice(recipe: RecipeFile, run: Run) -> None:
    from models.training.quick import quick_voice
    from models.training.voice.recipe import VoiceRecipe
    from models.training.voice.train import (
        train_ravdess,
        train_screams,
        train_shipped,
        train_without,
    )

    settings = recipe.applied(VoiceRecipe())
    settings = quick_voice(settings) if run.quick else settings
    if recipe.learns == "shipped":
        path = run.out or Path("voice.safetensors")
        train_shipped(run.published(), path, settings, run.cache)
    elif recipe.learns == "without_corpora":
        train_without(run.published(), run.out or Path(), settings, run.cache)
    elif recipe.learns == "screams_across":
        train_screams(run.published(), run.out or Path(), settings, run.cache)
    else:
        _say_inner(train_ravdess(run.ravdess(), run.out or Path(), settings, run.cache))


def _say_inner(inner: list[float]) -> None:
    folds = ", ".join(f"{uar:.3f}" for uar in inner)
    _say(f"inner development actors: UAR {np.mean(inner):.4f} ({folds})")


def _say(line: str) -> None:
    print(line, flush=True)
