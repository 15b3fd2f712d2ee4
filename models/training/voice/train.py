"""Trains the heads of the second ear; the encoder stays as it is.

    distressd train --data ../shared/data --recipe voice --out voice.safetensors

Distress: a perceptron of one hidden layer over windows of mixtures. Emotions: linear discriminants
over windows of acted recordings, as the utterance network has them. The test fold is not read.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional
from tqdm import tqdm

from models.catalogue import WHISPER
from models.data.corpora import Clip
from models.data.labels import EMOTIONS
from models.data.splits import RAVDESS_FOLDS, ravdess_split, split
from models.evaluation.clips.figures import uar
from models.networks import weights
from models.networks.mobilenet import KINDS
from models.networks.voice import NETWORK, EmotionHead
from models.registry import find
from models.training.student.views import kind_of
from models.training.utterance import Affine, emotion_of, fit_discriminants
from models.training.voice.recipe import VoiceRecipe
from models.training.voice.windows import Windows, acted_windows, drawn, mixed

Float = NDArray[np.float32]


def train_shipped(
    clips: Sequence[Clip], out: Path, recipe: VoiceRecipe, cache: Path | None
) -> None:
    """The heads that the daemon listens with: of the training fold.

    Raises:
        ModelError: Whisper's encoder cannot be had.
        DataError: a recording cannot be read.
    """
    folds = split(clips)
    learners = folds["train"]
    chosen = drawn(learners, recipe)
    beds = [clip for clip in learners if clip.meaning.verdict == "not_distress"]
    heard = mixed(chosen, beds, recipe, find(WHISPER), cache)
    kinds = np.array([kind_of(clip) for clip in chosen])[heard.of]
    actors = [clip for clip in (*learners, *folds["dev"]) if clip.corpus == "ravdess"]
    tensors = fit_distress(heard, kinds, recipe) | fit_emotions(actors, recipe, cache)
    evidence = {
        "weight": recipe.evidence_weight, "prior": recipe.evidence_prior,
        "least": recipe.evidence_least, "most": recipe.evidence_most,
    }  # fmt: skip
    about = {"evidence": evidence, "kinds": KINDS, "groups": len({c.group for c in learners})}
    _write(out, tensors, recipe, "the training fold", about)


def train_ravdess(
    clips: Sequence[Clip], out: Path, recipe: VoiceRecipe, cache: Path | None
) -> list[float]:
    """A head of emotions for each fold of RAVDESS's actors; returns the inner figures.

    The figures are of heads that learned from sixteen actors, judged by the four inner ones; the
    heads that are written learned from all twenty.
    """
    inner = []
    for fold in range(RAVDESS_FOLDS):
        folds = ravdess_split(clips, fold)
        learned = EmotionHead(_weights(fit_emotions(folds["train"], recipe, cache)))
        inner.append(uar(guesses(folds["dev"], learned, cache)))
        tensors = fit_emotions([*folds["train"], *folds["dev"]], recipe, cache)
        _write(out / f"ravdess_{fold}_streaming.safetensors", tensors, recipe, f"fold {fold}", {})
    return inner


def guesses(clips: Sequence[Clip], head: EmotionHead, cache: Path | None) -> list[tuple[str, str]]:
    """True emotion, and the one that is most probable over all windows of a recording."""
    return [
        (EMOTIONS[emotion_of(clip)], EMOTIONS[int(np.argmax(posterior))])
        for clip, posterior in zip(clips, posteriors(clips, head, cache), strict=True)
    ]


def posteriors(clips: Sequence[Clip], head: EmotionHead, cache: Path | None) -> Float:
    """Probabilities of the emotions at the end of each recording, (clips, 8).

    The mean log-probability of the windows so far: whoever hears the stream has it at that moment.
    """
    heard = acted_windows(clips, 1.0, find(WHISPER), cache)
    logits = head(heard.figures.astype(np.float32))
    logits -= np.logaddexp.reduce(logits, axis=1, keepdims=True)
    total = np.zeros((len(clips), len(EMOTIONS)), np.float32)
    np.add.at(total, heard.of, logits)
    total /= np.bincount(heard.of, minlength=len(clips))[:, None]
    raised = np.exp(total - total.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), np.float32)


def fit_emotions(
    clips: Sequence[Clip], recipe: VoiceRecipe, cache: Path | None
) -> dict[str, Float]:
    """Tensors of the head that tells the emotions of acted recordings apart."""
    views = [acted_windows(clips, speed, find(WHISPER), cache) for speed in recipe.speeds]
    figures = np.concatenate([view.figures for view in views]).astype(np.float32)
    truth = np.concatenate(
        [np.array([emotion_of(clip) for clip in clips])[view.of] for view in views]
    )
    found: Affine = fit_discriminants(
        figures, truth, recipe.components, recipe.shrinkage, recipe.seed
    )
    return {
        "emotions.weight": found.weight.astype(np.float32),
        "emotions.bias": found.bias.astype(np.float32),
    }


def fit_distress(heard: Windows, kinds: NDArray[np.intp], recipe: VoiceRecipe) -> dict[str, Float]:
    """Tensors of the head of distress, the standardisation folded into them."""
    figures = heard.figures.astype(np.float32)
    mean, scale = figures.mean(axis=0), figures.std(axis=0) + 1e-5
    figures -= mean
    figures /= scale
    torch.manual_seed(recipe.seed)
    into, out = nn.Linear(figures.shape[1], recipe.hidden), nn.Linear(recipe.hidden, len(KINDS))
    network = nn.Sequential(
        nn.Dropout(recipe.dropout[0]), into, nn.GELU(), nn.Dropout(recipe.dropout[1]), out
    )
    optimiser = torch.optim.AdamW(
        network.parameters(), recipe.learning_rate, weight_decay=recipe.weight_decay
    )
    x, y = torch.from_numpy(figures), torch.from_numpy(kinds)
    for _ in tqdm(range(recipe.passes), desc="distress"):
        for batch in torch.split(torch.randperm(len(y)), recipe.batch):
            loss = functional.cross_entropy(
                network(x[batch]), y[batch], label_smoothing=recipe.smoothing
            )
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
    weight = into.weight.detach().numpy() / scale
    return {
        "hidden.weight": np.asarray(weight, np.float32),
        "hidden.bias": np.asarray(into.bias.detach().numpy() - weight @ mean, np.float32),
        "kinds.weight": out.weight.detach().numpy().copy(),
        "kinds.bias": out.bias.detach().numpy().copy(),
    }


def _weights(tensors: dict[str, Float]) -> weights.Weights:
    return weights.Weights(tensors, {"network": NETWORK}, "")


def _write(
    path: Path, tensors: dict[str, Float], recipe: VoiceRecipe, said: str, about: dict[str, object]
) -> None:
    learned = {"recipe": json.loads(json.dumps(asdict(recipe))), "learned_from": said}
    metadata = {
        "network": NETWORK, "encoder": WHISPER, "classes": EMOTIONS, "training": learned, **about,
    }  # fmt: skip
    weights.save(path, tensors, metadata)
    print(f"{path.name}: {said}", flush=True)
