"""From a data root to the student's weights, as its recipe says."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch

from models import registry
from models.data.corpora import Clip
from models.data.splits import split
from models.networks import weights
from models.networks.mobilenet import Student as Network
from models.sounds.groups import HEARD
from models.sounds.student import StudentWeights, save
from models.sounds.yamnet import read_class_names
from models.training.checkpoint import Checkpoint, fingerprint
from models.training.curves import write_curves
from models.training.student.calibrate import UNSCALED, hear, pair_scaling, scaling
from models.training.student.export import as_litert
from models.training.student.learn import learn, learning_of
from models.training.student.recipe import StudentRecipe
from models.training.student.recordings import Wanted, collect
from models.training.student.views import Viewer

BED_CORPORA = frozenset({"esc10", "us8k", "music", "librispeech"})
CALIBRATION_SEED = 77


def train(clips: Sequence[Clip], out: Path, recipe: StudentRecipe, cache: Path) -> dict[str, Any]:
    """Train, calibrate and write; returns the calibration and how much was learned from.

    Args:
        clips: of every fold; those for the test are left alone.
        out: the network's file; its metadata, hashes and curves are written beside it.
        recipe: what decides the result.
        cache: folder of what was made of the recordings.

    Raises:
        DataError: a recording cannot be read.
        ModelError: YAMNet or EfficientAT cannot be had, or a checkpoint is of another recipe.
    """
    published = torch.load(registry.find("efficientat"), weights_only=True, map_location="cpu")
    # The calibration needs these after an hour of learning: better to miss them now.
    names = read_class_names(registry.find("yamnet-classes"))
    registry.find("yamnet")
    weights.load()
    folds = split(clips)
    wanted = [Wanted(clip, place) for place, clip in enumerate(folds["train"])]
    made = [kind for kind, count in recipe.synthesised.items() for _ in range(count)]
    wanted += [Wanted(kind, len(wanted) + number) for number, kind in enumerate(made)]
    order = np.random.default_rng(recipe.seed).permutation(len(wanted))
    heard = collect([wanted[i] for i in order], recipe, cache, "recordings")
    by_file = {clip.file: clip for clip in folds["train"]}
    torch.manual_seed(recipe.seed)
    network = Network()
    network.begin_from(published)
    rng = np.random.default_rng(recipe.seed)
    learning = learning_of(network, recipe, rng)
    checkpoint = Checkpoint(
        out.with_suffix(".checkpoint.pt"),
        recipe,
        learning,
        list_of_recordings=fingerprint(one.file for one in heard),
    )
    learned, curve = learn(Viewer(heard, by_file, recipe, rng), recipe, learning, checkpoint)
    content = as_litert(learned, [names.index(name) for name in HEARD])
    metadata: dict[str, Any] = {
        "classes": HEARD,
        "calibration": UNSCALED,
        "training": {"recipe": json.loads(json.dumps(asdict(recipe)))},
    }
    unscaled = StudentWeights(content, metadata, "")
    dev, beds = folds["dev"], beds_of(folds["dev"])
    metadata["calibration"] = UNSCALED | scaling(hear(unscaled, dev, beds, CALIBRATION_SEED))
    alone = StudentWeights(content, metadata, "")
    metadata["calibration"] |= pair_scaling(hear(alone, dev, beds, CALIBRATION_SEED, paired=True))
    save(out, content, metadata)
    write_curves(out, "step", {"training": curve})
    checkpoint.remove()
    return {"learned": len(heard), "calibration": metadata["calibration"]}


def beds_of(clips: Sequence[Clip]) -> list[Clip]:
    """Everyday sounds among ``clips``."""
    return [
        clip
        for clip in clips
        if clip.corpus in BED_CORPORA and clip.meaning.verdict == "not_distress"
    ]
