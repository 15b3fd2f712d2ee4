"""From a data root and a recipe to calibrated weights."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from models import registry
from models.data.corpora import Clip, read_all
from models.data.labels import EMOTIONS
from models.data.splits import Fold, fold_of
from models.networks import weights
from models.networks.listener import Listener
from models.sounds.groups import GROUPS
from models.sounds.yamnet import read_class_names
from models.training.listener.calibrate import scaling, strongest
from models.training.listener.learn import learn
from models.training.listener.library import Source, beds_of, collect, wanted
from models.training.listener.recipe import ListenerRecipe
from models.training.listener.stretches import Stretch

DEV_VARIANT = 99  # development mixtures are none that are learned from
SIDES: tuple[Fold, ...] = ("train", "dev")
Side = Callable[[Clip], Fold]


def train(
    data: Path, out: Path, recipe: ListenerRecipe, cache: Path, side: Side | None = None
) -> dict[str, Any]:
    """Train, calibrate on development mixtures, write the weights; returns the development figures.

    Args:
        data: the data root.
        out: where the weights go; a checkpoint lies beside them until the end.
        recipe: everything that decides the outcome.
        cache: of the mixtures; gigabytes.
        side: the fold of a clip; that of ``models.data.splits`` unless another is given. Test
            clips are not read.

    Raises:
        ModelError: if YAMNet is missing, or the checkpoint is of another recipe.
        DataError: if a recording cannot be read.
    """
    clips = read_all(data)
    by_file = {clip.file: clip for clip in clips}
    learned, dev = (_mixed(clips, one, side or _shipped, recipe, cache) for one in SIDES)
    model = learn(learned, by_file, recipe, out.with_suffix(".checkpoint.pt"))
    names = read_class_names(registry.find("yamnet-classes"))
    classes = sorted({name for group in GROUPS.values() for name in group})
    heard = {
        key: strongest(model, dev, by_file, embedded=key == "with") for key in ("with", "without")
    }
    calibration = {key: scaling(found, by_file) for key, found in heard.items()}
    metadata = {
        "network": "listener",
        "gate": asdict(recipe.gate), "gain": asdict(recipe.gain),
        "emotions": EMOTIONS, "classes": classes, "calibration": calibration,
        "training": {"recipe": json.loads(json.dumps(asdict(recipe)))},
    }  # fmt: skip
    tensors = _kept(model, [names.index(name) for name in classes])
    weights.save(out, tensors, metadata)
    return {"learned": len(learned), "dev": len(dev), "calibration": calibration}


def _shipped(clip: Clip) -> Fold:
    return fold_of(clip.group)


def _mixed(
    clips: Sequence[Clip], fold: Fold, side: Side, recipe: ListenerRecipe, cache: Path
) -> list[Stretch]:
    own = _for(fold, recipe)
    jobs = wanted(clips, lambda clip: side(clip) == fold, own)
    return collect(jobs, Source(own, beds_of(clips, fold)), cache, f"mixtures, {fold}")


def _for(side: Fold, recipe: ListenerRecipe) -> ListenerRecipe:
    """Development clips are mixed once each, under a chance of their own."""
    if side == "train":
        return recipe
    once = dict.fromkeys(recipe.mixtures, 1)
    return ListenerRecipe(
        seed=recipe.seed + DEV_VARIANT, mixtures=once,
        mixture=recipe.mixture, gate=recipe.gate, gain=recipe.gain,
    )  # fmt: skip


def _kept(model: Listener, rows: list[int]) -> dict[str, np.ndarray[Any, np.dtype[np.float32]]]:
    """The tensors, of the sound events only those that have a group."""
    tensors = {name: value.detach().numpy().copy() for name, value in model.state_dict().items()}
    for part in ("weight", "bias"):
        tensors[f"scores.{part}"] = tensors[f"scores.{part}"][rows]
    return tensors
