"""Trains the EmotionLSTM as the stream will run it.

    distressd train --data ../shared/data --out models/weights/emotion_lstm.safetensors

Clips are simulated as streams (background, random level and noise, the daemon's own front end)
in several variants, once; then the network learns from every step of each stretch, starting
from a zero state as at the gate's opening. The loss asks that the probability lie in the set of
emotions that the clip's label allows: one emotion where it was acted, "neither fear nor anger"
where it is ordinary speech, music or noise. A checkpoint is written after each epoch; run the
same command again to go on after a kill. Development actors choose the epoch, and end the training
where the recipe's patience has an end; test actors are not read here. What comes of it has no
calibration yet, and lies beside the file that is wanted until it has one.
"""

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from tqdm import tqdm

from models.data.corpora import Clip
from models.data.labels import EMOTIONS
from models.data.splits import split
from models.features.gain import GainSettings
from models.features.gate import GateSettings
from models.networks import weights
from models.networks.emotion_lstm import EmotionLSTM
from models.parallel import pool
from models.training.checkpoint import Checkpoint, fingerprint
from models.training.curves import Point
from models.training.device import best_device, device_of
from models.training.learning import Learning
from models.training.streams import Example, StreamSettings, make_examples

Float = NDArray[np.float32]

LEAST = 1e-6  # probability, so that its logarithm is finite
STANDARD_OF = 5  # one example in so many tells mean and spread: neighbouring frames are alike


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides the result; it is saved inside the weights."""

    seed: int = 7
    # Streams made of each clip, by corpus; one where it is not named.
    variants: dict[str, int] = field(
        default_factory=lambda: {"ravdess": 8, "debian_voices": 3, "emospeech_in": 2, "tess": 3}
    )
    epochs: int = 14
    batch: int = 32  # small steps: 64 learned far more slowly
    longest: int = 350  # steps of a stretch that are learned from
    warm_steps: int = 20  # steps after the label's onset that are not yet judged
    learning_rate: float = 3e-3
    weight_decay: float = 1e-2
    dropout: float = 0.3
    patience: int = 0  # epochs without a better one after which training ends; 0 for never
    judge_every: int = 1  # epochs, of the folds' development actors
    clip_norm: float = 1.0
    offset: float = 0.2  # of each coefficient, in its own standard deviations
    spread: tuple[float, ...] = (100, 40, 25, 20, 18, 14, 14, 12, 11, 10, 9.5, 9, 8.5)
    masks: int = 2
    mask_steps: int = 25
    examples_per_epoch: int = 6_400
    # Share of an epoch that each corpus gets; inside RAVDESS and the rest, by class.
    share: dict[str, float] = field(
        default_factory=lambda: {
            "ravdess": 0.50, "nemo": 0.10, "tess": 0.04, "emospeech_in": 0.09,
            "debian_voices": 0.08, "librispeech": 0.07, "music": 0.05, "us8k": 0.04, "esc10": 0.03,
        }
    )  # fmt: skip
    # Of the folds only, which have no use for patience. Share of each corpus that is learned from
    # before the folds' own, and for how many epochs; how much what a better network says of a
    # recording counts beside its label; by how much of its past, a step, the mean of the weights
    # is held that is kept in the end.
    before: dict[str, float] = field(default_factory=dict)
    before_epochs: int = 0
    taught: float = 0.0
    average: float = 0.0
    stream: StreamSettings = field(default_factory=StreamSettings)
    gate: GateSettings = field(default_factory=GateSettings)
    gain: GainSettings = field(default_factory=GainSettings)

    def as_spoken(self) -> "Recipe":
        """The same, at the speed of the recording: for development clips."""
        return replace(self, stream=replace(self.stream, speed=(1.0, 1.0)))


@dataclass(slots=True)
class Fold:
    """Examples of one fold with their targets.

    Attributes:
        allowed: (clips, 8) bool, the emotions that a label allows.
        targets: (clips, 8), probabilities to be learned in their place; None for the labels.
    """

    clips: list[Clip]
    examples: list[Example]
    allowed: Tensor
    targets: Tensor | None = None

    def weights(self, share: dict[str, float]) -> NDArray[np.float64]:
        """Chance of each example: the corpus's share, spread evenly over its labels."""
        keys = [(self.clips[e.clip].corpus, self.clips[e.clip].label) for e in self.examples]
        counts: dict[tuple[str, str], int] = {}
        for key in keys:
            counts[key] = counts.get(key, 0) + 1
        labels = {corpus: len({k for k in counts if k[0] == corpus}) for corpus, _ in counts}
        chance = np.array([share.get(k[0], 0.0) / labels[k[0]] / counts[k] for k in keys])
        return np.asarray(chance / chance.sum())


def _make(job: tuple[list[Clip], list[int], int, Recipe]) -> list[Example]:
    clips, indices, seed, recipe = job
    return make_examples(clips, indices, seed, recipe.stream, recipe.gate, recipe.gain)


def prepare(clips: list[Clip], recipe: Recipe, variants: dict[str, int], what: str) -> Fold:
    """Simulate the streams of ``clips``, on every core."""
    clips = [c for c in clips if c.corpus in recipe.share]
    jobs = []
    for variant in range(max(variants.values(), default=1)):
        wanted = [i for i, c in enumerate(clips) if variants.get(c.corpus, 1) > variant]
        jobs += [
            (clips, wanted[start : start + 40], recipe.seed + variant, recipe)
            for start in range(0, len(wanted), 40)
        ]
    examples: list[Example] = []
    with pool() as workers:
        for made in tqdm(workers.map(_make, jobs), total=len(jobs), desc=f"streams, {what}"):
            examples += made
    allowed = torch.tensor([[e in c.meaning.emotions for e in EMOTIONS] for c in clips])
    return Fold(clips, examples, allowed)


def loss_of(logits: Tensor, allowed: Tensor, judged: Tensor) -> Tensor:
    """-log of the pooled probability inside the allowed set.

    The posterior is averaged over the judged steps with weights that grow from the first to the
    last, since the network knows more as it hears more; asking every single step to be right
    taught it far more slowly.

    Args:
        logits: (batch, seq, 8).
        allowed: (batch, 8) bool.
        judged: (batch, seq) bool.
    """
    return -torch.log((_pooled(logits, judged) * allowed).sum(dim=1) + LEAST).mean()


def taught_loss(logits: Tensor, targets: Tensor, judged: Tensor) -> Tensor:
    """Cross entropy of the pooled probability and ``targets``, (batch, 8); see :func:`loss_of`."""
    return -(targets * torch.log(_pooled(logits, judged) + LEAST)).sum(dim=1).mean()


def _pooled(logits: Tensor, judged: Tensor) -> Tensor:
    ramp = torch.cumsum(judged, dim=1) * judged
    weight = ramp / ramp.sum(dim=1, keepdim=True).clamp(min=1)
    return (logits.softmax(dim=-1) * weight[..., None]).sum(dim=1)


def augment(features: Float, rng: np.random.Generator, recipe: Recipe) -> Float:
    """Another room and microphone (an offset of every coefficient), and gaps of attention."""
    offset = rng.normal(0.0, recipe.offset, features.shape[1]) * np.array(recipe.spread)
    changed = features + offset.astype(np.float32)
    for _ in range(recipe.masks):
        width = int(rng.integers(0, recipe.mask_steps))
        start = int(rng.integers(0, max(1, len(changed) - width)))
        changed[start : start + width] = changed.mean(axis=0)
    return changed


def batch_of(
    fold: Fold, chosen: NDArray[np.intp], recipe: Recipe, rng: np.random.Generator
) -> tuple[Tensor, Tensor, Tensor]:
    """Features (batch, seq, 13), allowed (batch, 8) and judged steps (batch, seq)."""
    picked = [fold.examples[i] for i in chosen]
    lengths = []
    for example in picked:
        least = example.labelled_from + recipe.warm_steps + 1
        most = min(len(example.features), example.labelled_from + recipe.longest)
        lengths.append(most if most <= least else int(rng.integers((least + most) // 2, most + 1)))
    x = torch.zeros(len(picked), max(lengths), picked[0].features.shape[1])
    judged = torch.zeros(x.shape[:2], dtype=torch.bool)
    for row, (example, length) in enumerate(zip(picked, lengths, strict=True)):
        x[row, :length] = torch.from_numpy(augment(example.features[:length], rng, recipe))
        judged[row, min(example.labelled_from + recipe.warm_steps, length - 1) : length] = True
    return x, fold.allowed[[e.clip for e in picked]], judged


@torch.no_grad()
def recalls(model: EmotionLSTM, fold: Fold, corpus: str) -> dict[str, float]:
    """Recall of each emotion by the mean posterior over the second half of each stretch."""
    model.eval()
    hits: dict[str, list[bool]] = {}
    for example in fold.examples:
        clip = fold.clips[example.clip]
        if clip.corpus != corpus or len(clip.meaning.emotions) != 1:
            continue
        x = torch.from_numpy(example.features)[None]
        logits, _ = model.every_step(x.to(device_of(model)))
        from_step = (example.labelled_from + logits.shape[1]) // 2
        guess = EMOTIONS[int(logits[0, from_step:].softmax(-1).mean(0).argmax())]
        (truth,) = clip.meaning.emotions
        hits.setdefault(truth, []).append(guess == truth)
    return {emotion: float(np.mean(found)) for emotion, found in sorted(hits.items())}


def learn_epoch(
    model: EmotionLSTM,
    learning: Learning,
    fold: Fold,
    chance: NDArray[np.float64],
    recipe: Recipe,
    name: str,
) -> float:
    """One pass over examples drawn by ``chance``; returns the mean loss."""
    rng = learning.rng
    model.train()
    losses = []
    order = rng.choice(len(fold.examples), recipe.examples_per_epoch, p=chance)
    order = order[: len(order) // recipe.batch * recipe.batch].reshape(-1, recipe.batch)
    device = device_of(model)
    for chosen in tqdm(order, desc=f"epoch {name}/{recipe.epochs}", leave=False):
        x, allowed, judged = (part.to(device) for part in batch_of(fold, chosen, recipe, rng))
        logits, _ = model.every_step(x)
        if fold.targets is None:
            loss = loss_of(logits, allowed, judged)
        else:
            targets = fold.targets[[fold.examples[i].clip for i in chosen]].to(device)
            loss = taught_loss(logits, targets, judged)
        learning.descend(loss, recipe.clip_norm)
        losses.append(float(loss.detach()))
    return float(np.mean(losses))


def begin(learn: Fold, recipe: Recipe, rng: np.random.Generator) -> tuple[EmotionLSTM, Learning]:
    """A network that has learned nothing, standardised as ``learn`` is, and what teaches it.

    The network lies on the device that learns fastest.
    """
    model = EmotionLSTM(dropout=recipe.dropout)
    every = torch.from_numpy(np.concatenate([e.features for e in learn.examples[::STANDARD_OF]]))
    model.mean.copy_(every.mean(0))
    model.scale.copy_(1.0 / every.std(0))
    model.to(best_device())
    optimiser = torch.optim.AdamW(
        model.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay
    )
    steps = recipe.epochs * (recipe.examples_per_epoch // recipe.batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, recipe.learning_rate, total_steps=steps, pct_start=0.1
    )
    return model, Learning(model, optimiser, schedule, rng)


@dataclass(frozen=True, slots=True)
class Trained:
    """A network that has learned, and is not calibrated.

    Attributes:
        best: figures of the epoch that was kept: ``epoch``, and ``uar`` of the development actors.
        path: where it lies.
        checkpoint: of its training, to be removed when nothing is left to do.
        curve: loss, and recall of the development actors, of each epoch.
    """

    best: dict[str, float]
    path: Path
    checkpoint: Checkpoint
    curve: list[Point]

    def remove(self) -> None:
        """The calibrated network is where it belongs: nothing else is needed."""
        self.path.unlink()
        self.path.with_suffix(".sha256").unlink()
        self.checkpoint.remove()


def train(clips: Sequence[Clip], out: Path, recipe: Recipe) -> Trained:
    """Train, and write the weights of the best development epoch beside ``out``.

    The file that is wanted itself is left as it is: what is written can be calibrated, not used.

    Raises:
        ModelError: the checkpoint beside ``out`` cannot be used.
        DataError: a recording cannot be read.
    """
    torch.manual_seed(recipe.seed)
    rng = np.random.default_rng(recipe.seed)
    folds = split(clips)
    learn = prepare(folds["train"], recipe, recipe.variants, "training")
    dev_clips = [c for c in folds["dev"] if c.corpus == "ravdess"]
    dev = prepare(dev_clips, recipe.as_spoken(), {}, "development")
    model, learning = begin(learn, recipe, rng)
    checkpoint = Checkpoint(
        out.with_suffix(".checkpoint.pt"),
        recipe,
        learning,
        list_of_recordings=fingerprint(clip.file for clip in learn.clips),
    )
    first, saved = checkpoint.resume()
    best: dict[str, float] = saved.get("best", {"uar": -1.0, "epoch": 0.0})
    kept: dict[str, Tensor] = saved.get("kept", {})
    recall_of_best: dict[str, float] = saved.get("recall", {})
    curve: list[Point] = saved.get("curve", [])
    chance = learn.weights(recipe.share)
    for epoch in range(first, recipe.epochs):
        if recipe.patience and epoch - best["epoch"] >= recipe.patience:
            print(f"no better epoch in {recipe.patience}: that is enough", flush=True)
            break
        began = time.monotonic()
        loss = learn_epoch(model, learning, learn, chance, recipe, f"{epoch + 1}")
        recall = recalls(model, dev, "ravdess")
        uar = float(np.mean(list(recall.values())))
        took = time.monotonic() - began
        print(
            f"epoch {epoch + 1}: loss {loss:.3f}, dev UAR {uar:.3f}, {took:.0f} s",
            flush=True,
        )
        if uar > best["uar"]:
            best = {"uar": uar, "epoch": epoch + 1.0}
            recall_of_best = recall
            kept = {name: tensor.cpu().clone() for name, tensor in model.state_dict().items()}
        curve.append({"epoch": epoch + 1.0, "loss": loss, "uar": uar})
        checkpoint.save(epoch, best=best, kept=kept, recall=recall_of_best, curve=curve)
    about = {
        "recipe": json.loads(json.dumps(asdict(recipe))), "dev": best | {"recall": recall_of_best},
    }  # fmt: skip
    metadata = {
        "gate": asdict(recipe.gate), "gain": asdict(recipe.gain),
        "classes": EMOTIONS, "training": about,
    }  # fmt: skip
    path = out.with_suffix(".unfinished.safetensors")
    weights.save(path, {name: tensor.numpy() for name, tensor in kept.items()}, metadata)
    return Trained(best, path, checkpoint, curve)
