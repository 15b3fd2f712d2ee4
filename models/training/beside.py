"""Corpora that a training learns from beside the published ones, because it was asked to."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from models.data.corpora import AUDIO_CORPORA, corpora_in
from models.data.overlooked import overlooked
from models.errors import DataError
from models.training.recipe import RecipeFile
from models.training.train import Recipe

SHARE: Final = 0.05  # of an epoch, beside 1 of the published corpora together: as much as music
# Where a recipe says which corpora it learns from, by network.
_SETTINGS: Final = {"lstm13": "before", "utterance": "corpora"}


def with_shares(recipe: Recipe, also: Sequence[str]) -> Recipe:
    """``recipe`` with a share of each epoch for those corpora of ``also`` that have none."""
    return replace(recipe, share=dict.fromkeys(also, SHARE) | recipe.share)


def check_beside(recipe: RecipeFile, also: Sequence[str]) -> None:
    """Refuse what ``recipe`` would not learn from, though it was asked for.

    Raises:
        DataError: names the corpus, and what to do.
    """
    if not also or _ships(recipe):
        return
    if recipe.network == "student":
        raise DataError(
            f"{recipe.path.stem} learns from every corpus under the data root as it is.",
            "Leave --also out.",
        )
    if _acted_alone(recipe):
        raise DataError(f"{recipe.path.stem} learns from RAVDESS alone.", "Leave --also out.")
    setting = _SETTINGS.get(recipe.network)
    named = recipe.settings.get(setting, {}) if setting else also
    left = [corpus for corpus in also if corpus not in named]
    if left:
        raise DataError(
            f"{recipe.path.stem} would not learn from {', '.join(left)}: its setting {setting!r}"
            " says from what it does.",
            f"Name it there, in a copy of {recipe.path}, and train with that copy.",
        )


def unused(root: Path, recipe: RecipeFile, also: Sequence[str]) -> list[str]:
    """What lies under ``root`` and is not learned from: a sentence each.

    Args:
        root: the data root.
        recipe: that is followed.
        also: the corpora that were asked for.
    """
    said = [f"{folder} is not read: {why}." for folder, why in overlooked(root).items()]
    if recipe.network == "student" or _acted_alone(recipe):
        return said
    others = [c for c in corpora_in(root) if c not in AUDIO_CORPORA and c not in also]
    return [f"{corpus} is not learned from; --also {corpus} adds it." for corpus in others] + said


def _ships(recipe: RecipeFile) -> bool:
    """Whether it is the LSTM's that ships, which takes whatever it is given."""
    return (recipe.network, recipe.learns) == ("lstm13", "shipped")


def _acted_alone(recipe: RecipeFile) -> bool:
    return recipe.learns == "ravdess_folds" and recipe.network != "lstm13"
