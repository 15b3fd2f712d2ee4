"""Trains the 13-MFCC network six times, each without the actors that the fold is judged by.

    distressd train --data ../shared/data --recipe lstm13_folds --out models/weights/folds

The streams of all actors are simulated once and dealt out to the folds, which are learned on every
core. Each begins from a network that has learned other corpora of acted emotions, and learns from
its actors what the utterance network hears in them, beside their labels. With ``inner`` a fold
learns from its sixteen training actors and says what it makes of the four of its development set
now and then: to choose a recipe by. Without, it learns from all twenty for as many epochs as the
recipe says, and writes its weights; its test actors are not read.

Each fold, and what is learned before, has a checkpoint of its own, written after each epoch and
kept until all are done: run the same command again to go on after a kill.
"""

import json
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import cast

import numpy as np
import torch
from torch import Tensor
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from models.catalogue import WHISPER
from models.data.corpora import Clip
from models.data.labels import EMOTIONS
from models.data.splits import RAVDESS_FOLDS, ravdess_actors, split
from models.networks import weights
from models.networks.emotion_lstm import EmotionLSTM
from models.parallel import pool
from models.registry import find
from models.training.calibrate import untaught
from models.training.checkpoint import Checkpoint, fingerprint
from models.training.curves import Point, write_curves
from models.training.teaching import taught_by
from models.training.train import Fold, Recipe, begin, learn_epoch, prepare, recalls
from models.training.utterance import Recordings

State = Mapping[str, Tensor]


@dataclass(frozen=True, slots=True)
class FoldJob:
    """What one network learns from.

    Attributes:
        number: the fold's; it is part of the seed.
        actors: of RAVDESS, from whom it learns.
        learn: what it learns from.
        dev: by what it is judged now and then; None for nothing.
        first: the state that it begins from; None for chance.
        checkpoint: where it stands; None to keep nothing.
    """

    number: int
    actors: tuple[int, ...]
    learn: Fold
    dev: Fold | None
    first: State | None
    checkpoint: Path | None = None


@dataclass(frozen=True, slots=True)
class Fitted:
    """What came of a job.

    Attributes:
        state: of the network, on the CPU.
        uar: unweighted average recall of the development actors at the end; 0 without any.
        curve: figures of each epoch.
    """

    state: State
    uar: float
    curve: list[Point]


def train_folds(
    clips: Sequence[Clip],
    out: Path,
    recipe: Recipe,
    *,
    folds: Sequence[int] = range(RAVDESS_FOLDS),
    inner: bool = False,
    cache: Path | None = None,
) -> dict[int, float]:
    """Train each of ``folds``; the unweighted average recall of its development actors.

    Without ``inner`` these actors were learned from, and what is returned says only that the
    training did not fail.

    Args:
        clips: RAVDESS, and what the recipe has it learn before.
        out: the folder of the weights.
        recipe: everything that decides the result.
        folds: which.
        inner: whether to judge by the inner development actors, and write nothing.
        cache: where what Whisper's encoder makes of the recordings is kept.

    Raises:
        ModelError: Whisper's encoder, which teaches, or a checkpoint cannot be used.
        DataError: a recording cannot be read.
    """
    if recipe.taught:
        find(WHISPER)  # the teacher comes after what is learned before: better to miss it now
    acted = [clip for clip in clips if clip.corpus == "ravdess"]
    standing = None if inner else out
    first = _before(clips, recipe, _checkpoint(standing, "before"))
    heard = prepare(acted, recipe, recipe.variants, "training")
    plain = prepare(acted, recipe.as_spoken(), {}, "development")
    jobs = []
    with tempfile.TemporaryDirectory() as temporary:
        for fold in folds:
            actors = ravdess_actors(fold)
            learners = actors["train"] if inner else (*actors["train"], *actors["dev"])
            learn = _of(heard, learners)
            if recipe.taught:
                learn = _taught(learn, recipe, cache or Path(temporary))
            checkpoint = _checkpoint(standing, f"ravdess_{fold}")
            dev = _of(plain, actors["dev"])
            begun = None if first is None else first.state
            jobs.append(FoldJob(fold, learners, learn, dev, begun, checkpoint))
    found: dict[int, float] = {}
    curves = {} if first is None else {"before": first.curve}
    for job, fitted in zip(jobs, _fitted(jobs, recipe), strict=True):
        found[job.number] = fitted.uar
        curves[f"fold {job.number}"] = fitted.curve
        if not inner:
            path = out / f"ravdess_{job.number}_lstm13.safetensors"
            _write(path, fitted.state, recipe, job.actors)
    if not inner:
        write_curves(out / "ravdess_lstm13", "epoch", curves)
    for checkpoint in (_checkpoint(standing, "before"), *(job.checkpoint for job in jobs)):
        if checkpoint is not None:
            checkpoint.unlink(missing_ok=True)
    return found


def _checkpoint(folder: Path | None, name: str) -> Path | None:
    return None if folder is None else folder / f"{name}_lstm13.checkpoint.pt"


def _fitted(jobs: Sequence[FoldJob], recipe: Recipe) -> Iterator[Fitted]:
    """What each comes to, in their order, as soon as it is known."""
    fit = partial(fit_fold, recipe=recipe)
    if len(jobs) == 1:
        yield fit(jobs[0])
        return
    with pool() as workers:
        yield from workers.map(fit, jobs)


def _before(clips: Sequence[Clip], recipe: Recipe, checkpoint: Path | None) -> Fitted | None:
    """What is learned from other acted corpora, whose test folds are left out all the same."""
    if not recipe.before:
        return None
    folds = split([clip for clip in clips if clip.corpus in recipe.before])
    others = [c for c in (*folds["train"], *folds["dev"]) if len(c.meaning.emotions) == 1]
    wider = replace(recipe, share=recipe.before, epochs=recipe.before_epochs, average=0.0)
    job = FoldJob(-1, (), prepare(others, wider, recipe.variants, "before"), None, None, checkpoint)
    return fit_fold(job, wider)


def _of(fold: Fold, actors: Sequence[int]) -> Fold:
    """The examples of those actors."""
    groups = {f"ravdess:rav{actor:02d}" for actor in actors}
    kept = [one for one in fold.examples if fold.clips[one.clip].group in groups]
    return replace(fold, examples=kept)


def _taught(fold: Fold, recipe: Recipe, cache: Path) -> Fold:
    """``fold`` with targets for the clips of its examples; those of other clips are never asked."""
    places = sorted({one.clip for one in fold.examples})
    targets = torch.zeros(len(fold.clips), len(EMOTIONS))
    known = [fold.clips[place] for place in places]
    targets[places] = taught_by(known, Recordings(cache), recipe.taught)
    return replace(fold, targets=targets)


def fit_fold(job: FoldJob, recipe: Recipe) -> Fitted:
    """Train one network.

    Raises:
        ModelError: its checkpoint cannot be used.
    """
    torch.set_num_threads(1)  # one fold a core; and the same sums everywhere
    torch.manual_seed(recipe.seed + job.number)
    rng = np.random.default_rng((recipe.seed, job.number % (RAVDESS_FOLDS + 1)))
    model, learning = begin(job.learn, recipe, rng)
    if job.first is not None:
        model.load_state_dict(job.first)
    kept = model
    if recipe.average:
        running = get_ema_multi_avg_fn(recipe.average)  # type: ignore[no-untyped-call]
        average = AveragedModel(model, multi_avg_fn=running)
        learning, kept = replace(learning, average=average), cast("EmotionLSTM", average.module)
    checkpoint = Checkpoint(
        job.checkpoint,
        recipe,
        learning,
        fold=str(job.number),
        actors=str(sorted(job.actors)),
        list_of_recordings=fingerprint(clip.file for clip in job.learn.clips),
    )
    done, saved = checkpoint.resume()
    chance, uar = job.learn.weights(recipe.share), float(saved.get("uar", 0.0))
    curve: list[Point] = saved.get("curve", [])
    name = "before" if job.dev is None else f"fold {job.number}"
    for epoch in range(done + 1, recipe.epochs + 1):
        began = time.monotonic()
        loss = learn_epoch(model, learning, job.learn, chance, recipe, f"{epoch}")
        said, point = "", {"epoch": float(epoch), "loss": loss}
        if job.dev and (epoch % recipe.judge_every == 0 or epoch == recipe.epochs):
            uar = float(np.mean(list(recalls(kept, job.dev, "ravdess").values())))
            said, point = f", UAR {uar:.3f}", point | {"uar": uar}
        took = time.monotonic() - began
        print(f"{name}, epoch {epoch}: loss {loss:.3f}{said}, {took:.0f} s", flush=True)
        curve.append(point)
        checkpoint.save(epoch - 1, uar=uar, curve=curve)
    state = {name: value.cpu().clone() for name, value in kept.state_dict().items()}
    return Fitted(state, uar, curve)


def _write(path: Path, state: State, recipe: Recipe, actors: Sequence[int]) -> None:
    tensors = {name: value.numpy().copy() for name, value in state.items()}
    about = {"recipe": json.loads(json.dumps(asdict(recipe))), "actors": sorted(actors)}
    metadata = {
        "gate": asdict(recipe.gate), "gain": asdict(recipe.gain), "classes": EMOTIONS,
        "calibration": untaught(), "training": about,
    }  # fmt: skip
    weights.save(path, tensors, metadata)
