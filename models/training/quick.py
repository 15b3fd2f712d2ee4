"""A smoke test of a training: every stage of it, with few recordings and hardly any learning.

What it writes can be loaded, and is good for nothing.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from models.data.corpora import Clip
from models.data.splits import side_of
from models.training.student.recipe import StudentRecipe
from models.training.train import Recipe
from models.training.utterance import UtteranceRecipe
from models.training.voice.recipe import VoiceRecipe

OF_EACH = 1  # recordings of a corpus's label in a fold


def few(clips: Sequence[Clip]) -> list[Clip]:
    """A few of ``clips``: of every corpus and label in each fold, and of every actor of RAVDESS.

    The folds of RAVDESS are by actor.
    """
    taken: Counter[tuple[str, ...]] = Counter()
    kept = []
    for clip in clips:
        acted = clip.corpus == "ravdess"
        key = (
            clip.corpus,
            clip.label,
            clip.environment,
            clip.group if acted else side_of(clip),
        )
        taken[key] += 1
        if taken[key] <= OF_EACH:
            kept.append(clip)
    return kept


def quick_lstm(recipe: Recipe) -> Recipe:
    """``recipe`` with one short epoch, and one of what is learned before."""
    return replace(
        recipe, epochs=1, before_epochs=1, examples_per_epoch=4 * recipe.batch, variants={}
    )


def quick_student(recipe: StudentRecipe) -> StudentRecipe:
    """``recipe`` with a handful of steps, and one of each that is synthesised."""
    made = dict.fromkeys(recipe.synthesised, 1)
    return replace(recipe, steps=10, versions={}, cries=2, synthesised=made)


def quick_utterance(recipe: UtteranceRecipe) -> UtteranceRecipe:
    """``recipe`` at one speed, and with few components."""
    return replace(recipe, speeds=(1.0,), components=20, outcome_components=20)


def quick_voice(recipe: VoiceRecipe) -> VoiceRecipe:
    """``recipe`` with a few mixtures and scenes, one speed and few components."""
    return replace(
        recipe,
        mixtures=40,
        scenes_h=0.0,
        events={"scream": 1},
        foreground=1,
        quiet_recordings=10,
        passes=1,
        perceptrons=2,
        hidden=8,
        speeds=(1.0,),
        components=20,
    )
