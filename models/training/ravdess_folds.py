"""Trains the 13-MFCC network six times, each without the actors that the fold is judged by.

    distressd train --data ../shared/data --recipe lstm13_folds --out models/weights/folds

The streams of all actors are simulated once and dealt out to the folds. With ``inner`` a fold
learns from its sixteen training actors and says what it makes of the four of its development set
after every epoch: to choose a recipe by. Without, it learns from all twenty for as many epochs as
the recipe says, and writes its weights; its test actors are not read.
"""

import json
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch

from models.data.corpora import Clip
from models.data.labels import EMOTIONS
from models.data.splits import RAVDESS_FOLDS, ravdess_actors
from models.networks import weights
from models.networks.emotion_lstm import EmotionLSTM
from models.training.calibrate import untaught
from models.training.train import Fold, Recipe, begin, learn_epoch, prepare, recalls


def train_folds(
    clips: Sequence[Clip],
    out: Path,
    recipe: Recipe,
    *,
    folds: Sequence[int] = range(RAVDESS_FOLDS),
    inner: bool = False,
) -> dict[int, float]:
    """Train each of ``folds``; the unweighted average recall of its development actors.

    Without ``inner`` these actors were learned from, and what is returned says only that the
    training did not fail.
    """
    clips = list(clips)
    heard = prepare(clips, recipe, recipe.variants, "training")
    plain = prepare(clips, recipe.as_spoken(), {}, "development")
    found: dict[int, float] = {}
    for fold in folds:
        actors = ravdess_actors(fold)
        learners = actors["train"] if inner else (*actors["train"], *actors["dev"])
        model, uar = _fit(_of(heard, learners), _of(plain, actors["dev"]), recipe, fold)
        found[fold] = uar
        if not inner:
            _write(out / f"ravdess_{fold}_lstm13.safetensors", model, recipe, learners)
    return found


def _of(fold: Fold, actors: Sequence[int]) -> Fold:
    """The examples of those actors."""
    groups = {f"ravdess:rav{actor:02d}" for actor in actors}
    kept = [one for one in fold.examples if fold.clips[one.clip].group in groups]
    return Fold(fold.clips, kept, fold.allowed)


def _fit(learn: Fold, dev: Fold, recipe: Recipe, fold: int) -> tuple[EmotionLSTM, float]:
    torch.manual_seed(recipe.seed + fold)
    rng = np.random.default_rng((recipe.seed, fold))
    model, learning = begin(learn, recipe, rng)
    chance, uar = learn.weights(recipe.share), 0.0
    for epoch in range(1, recipe.epochs + 1):
        began = time.monotonic()
        loss = learn_epoch(model, learning, learn, chance, recipe, f"{epoch}")
        if epoch % recipe.judge_every == 0 or epoch == recipe.epochs:
            uar = float(np.mean(list(recalls(model, dev, "ravdess").values())))
        took = time.monotonic() - began
        print(f"fold {fold}, epoch {epoch}: loss {loss:.3f}, UAR {uar:.3f}, {took:.0f} s",
              flush=True)  # fmt: skip
    return model, uar


def _write(path: Path, model: EmotionLSTM, recipe: Recipe, actors: Sequence[int]) -> None:
    tensors = {name: v.detach().numpy().copy() for name, v in model.state_dict().items()}
    about = {"recipe": json.loads(json.dumps(asdict(recipe))), "actors": sorted(actors)}
    metadata = {
        "gate": asdict(recipe.gate), "gain": asdict(recipe.gain), "classes": EMOTIONS,
        "calibration": untaught(), "training": about,
    }  # fmt: skip
    weights.save(path, tensors, metadata)
