"""Trains the heads of the second ear; the encoder stays as it is.

    distressd train --data ../shared/data --recipe voice --out voice.safetensors

Distress: a perceptron of one hidden layer over windows of mixtures. Emotions: linear discriminants
over windows of acted recordings, as the utterance network has them. The test fold is not read.

    distressd train --data ../shared/data --recipe voice_without --out models/weights/folds

Heads of distress that never heard one of the corpora each.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional
from tqdm import tqdm

from models.catalogue import WHISPER
from models.data.corpora import Clip
from models.data.labels import EMOTIONS
from models.data.splits import RAVDESS_FOLDS, SCREAMS, ravdess_split, split, with_screams_of
from models.errors import ModelError
from models.evaluation.clips.figures import uar
from models.evaluation.fold_weights import LEFT_OUT, weights_with_screams_of, weights_without
from models.networks import weights
from models.networks.mobilenet import KINDS
from models.networks.voice import NETWORK, EmotionHead
from models.registry import find
from models.training.curves import Point, write_curves
from models.training.device import best_device
from models.training.student.views import kind_of
from models.training.utterance import Affine, emotion_of, emotions_of, fit_discriminants
from models.training.voice.asked import Lesson, asked_windows, beside_mixtures
from models.training.voice.quiet import quiet_windows
from models.training.voice.recipe import VoiceRecipe
from models.training.voice.windows import Windows, acted_windows, drawn, mixed, without

Float = NDArray[np.float32]

EPOCH: Final = "epoch"


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
    heard, kinds, chance = _lessons(clips, recipe, cache)
    actors = [clip for clip in (*learners, *folds["dev"]) if clip.corpus == "ravdess"]
    emotions = Acted(actors, recipe.speeds, cache).fit(actors, recipe)
    about = {"groups": len({c.group for c in learners})}
    distress, curve = fit_distress(heard, kinds, recipe, chance)
    tensors = _halved(distress) | emotions
    _write(out, tensors, recipe, "the training fold", _distress(recipe) | about)
    write_curves(out, EPOCH, {"training": curve})


def train_without(
    clips: Sequence[Clip], out: Path, recipe: VoiceRecipe, cache: Path | None
) -> None:
    """A head of distress for each corpus that it is to be judged by.

    It learns from the same windows, without those in which that corpus is heard; the first ear,
    which asked about some of them, has learned from it. To be small it is stored in 16 bits; of
    emotions it says nothing.

    Raises:
        ModelError: Whisper's encoder cannot be had.
        DataError: a recording cannot be read.
    """
    heard, kinds, chance = _lessons(clips, recipe, cache)
    curves = {}
    for corpus in LEFT_OUT:
        others = without(heard.corpora, corpus)
        tensors, curves[corpus] = fit_distress(
            heard.where(others), kinds[others], recipe, None if chance is None else chance[others]
        )
        path = out / weights_without(corpus, NETWORK).name
        _write(path, _halved(tensors), recipe, f"all but {corpus}", _distress(recipe))
    write_curves(out / "without_voice", EPOCH, curves)


def train_screams(
    clips: Sequence[Clip], out: Path, recipe: VoiceRecipe, cache: Path | None
) -> None:
    """A head of distress that knows games' screams only, and one that knows recorded ones only.

    Stored as :func:`train_without` does.

    Raises:
        ModelError: Whisper's encoder cannot be had; or the recipe wants scenes, whose screams are
            of either kind.
        DataError: a recording cannot be read.
    """
    if recipe.scenes or recipe.quiet:
        raise ModelError(
            "Heads that know one kind of screams learn from mixtures alone.",
            "Leave `scenes` and `quiet` out of the recipe.",
        )
    curves = {}
    for side in SCREAMS:
        heard, kinds = _mixtures(with_screams_of(clips, side), recipe, cache)
        path = out / weights_with_screams_of(side, NETWORK).name
        tensors, curves[side] = fit_distress(heard, kinds, recipe)
        _write(path, _halved(tensors), recipe, f"screams: {side} only", _distress(recipe))
    write_curves(out / "screams_voice", EPOCH, curves)


def _halved(tensors: Mapping[str, Float]) -> dict[str, NDArray[np.float16]]:
    return {name: tensor.astype(np.float16) for name, tensor in tensors.items()}


def _lessons(
    clips: Sequence[Clip], recipe: VoiceRecipe, cache: Path | None
) -> tuple[Windows, NDArray[np.intp], NDArray[np.float64] | None]:
    """Windows of the training fold, the kind of each, and its chance where they are not alike.

    Raises:
        ModelError: the recipe leaves nothing for mixtures, or what it needs cannot be had.
    """
    if recipe.scenes + recipe.quiet >= 1.0:
        raise ModelError(
            f"The recipe learns {recipe.scenes:g} from scenes and {recipe.quiet:g} from quiet"
            " rooms, which leaves nothing for mixtures.",
            "Let `scenes` and `quiet` be less than 1 together.",
        )
    learners, lessons = split(clips)["train"], []
    if recipe.scenes:
        asked = asked_windows(clips, recipe, find(WHISPER), cache)
        lessons.append(Lesson(asked, recipe.scenes, recipe.asked_share))
    if recipe.quiet:
        asked = quiet_windows(learners, recipe, find(WHISPER), cache)
        lessons.append(Lesson(asked, recipe.quiet, recipe.quiet_share))
    heard, kinds = _mixtures(learners, recipe, cache)
    return beside_mixtures(heard, kinds, lessons) if lessons else (heard, kinds, None)


def _mixtures(
    learners: Sequence[Clip], recipe: VoiceRecipe, cache: Path | None
) -> tuple[Windows, NDArray[np.intp]]:
    """Windows of mixtures of ``learners``, and the kind of each."""
    chosen = drawn(learners, recipe)
    beds = [clip for clip in learners if clip.meaning.verdict == "not_distress"]
    heard = mixed(chosen, beds, recipe, find(WHISPER), cache)
    return heard, np.array([kind_of(clip) for clip in chosen])[heard.of]


def _distress(recipe: VoiceRecipe) -> dict[str, object]:
    """What a head of distress says of itself."""
    evidence = {
        "weight": recipe.evidence_weight, "prior": recipe.evidence_prior,
        "least": recipe.evidence_least, "most": recipe.evidence_most,
    }  # fmt: skip
    return {"evidence": evidence, "kinds": KINDS}


def train_ravdess(
    clips: Sequence[Clip], out: Path, recipe: VoiceRecipe, cache: Path | None
) -> list[float]:
    """A head of emotions for each fold of RAVDESS's actors; returns the inner figures.

    The figures are of heads that learned from sixteen actors, judged by the four inner ones; the
    heads that are written learned from all twenty.
    """
    acted = Acted(clips, recipe.speeds, cache)
    inner = []
    for fold in range(RAVDESS_FOLDS):
        folds = ravdess_split(clips, fold)
        judged = folds["dev"]
        learned = EmotionHead(_weights(acted.fit(folds["train"], recipe)))
        guesses = acted.posteriors(judged, learned).argmax(axis=1)
        inner.append(
            uar([(EMOTIONS[emotion_of(clip)], EMOTIONS[guess])
                 for clip, guess in zip(judged, guesses, strict=True)])
        )  # fmt: skip
        tensors = acted.fit([*folds["train"], *judged], recipe)
        _write(out / f"ravdess_{fold}_streaming.safetensors", tensors, recipe, f"fold {fold}", {})
    return inner


class Acted:
    """Acted recordings, heard once, window by window.

    Args:
        clips: that are heard.
        speeds: at which, 1.0 among them.
        cache: folder in which what the encoder makes of them is kept, or looked up.
    """

    def __init__(
        self, clips: Sequence[Clip], speeds: Sequence[float], cache: Path | None = None
    ) -> None:
        self._places = {clip.file: place for place, clip in enumerate(clips)}
        encoder = find(WHISPER)
        self._views = {speed: acted_windows(clips, speed, encoder, cache) for speed in speeds}

    def fit(self, clips: Sequence[Clip], recipe: VoiceRecipe) -> dict[str, Float]:
        """Tensors of the head that tells the emotions of ``clips`` apart, at every speed."""
        views = [self._of(clips, speed) for speed in self._views]
        emotions = emotions_of(clips)
        found: Affine = fit_discriminants(
            np.concatenate([view.figures for view in views]).astype(np.float32),
            np.concatenate([emotions[view.of] for view in views]),
            recipe.components,
            recipe.shrinkage,
            recipe.seed,
        )
        return {
            "emotions.weight": found.weight.astype(np.float32),
            "emotions.bias": found.bias.astype(np.float32),
        }

    def posteriors(self, clips: Sequence[Clip], head: EmotionHead) -> Float:
        """Probabilities of the emotions at the end of each of ``clips``, (clips, 8).

        The mean log-probability of the windows so far: who hears the stream has it then.
        """
        heard = self._of(clips, 1.0)
        logits = head(heard.figures.astype(np.float32))
        logits -= np.logaddexp.reduce(logits, axis=1, keepdims=True)
        total = np.zeros((len(clips), len(EMOTIONS)), np.float32)
        np.add.at(total, heard.of, logits)
        total /= np.bincount(heard.of, minlength=len(clips))[:, None]
        raised = np.exp(total - total.max(axis=1, keepdims=True))
        return np.asarray(raised / raised.sum(axis=1, keepdims=True), np.float32)

    def _of(self, clips: Sequence[Clip], speed: float) -> Windows:
        """The windows of ``clips``, counted as they are here."""
        view = self._views[speed]
        here = np.full(len(self._places), -1)
        here[[self._places[clip.file] for clip in clips]] = np.arange(len(clips))
        wanted = here[view.of]
        return replace(view, of=wanted).where(wanted >= 0)


def fit_distress(
    heard: Windows,
    kinds: NDArray[np.intp],
    recipe: VoiceRecipe,
    chance: NDArray[np.float64] | None = None,
) -> tuple[dict[str, Float], list[Point]]:
    """Tensors of the head of distress, the standardisation folded into them; and how it learned.

    A pass is once over all windows, or over as many that are drawn by ``chance``.

    Several perceptrons learn by other chances, and the mean of their logits is what one of all
    their hidden units says. The curve is the mean of theirs.
    """
    figures = heard.figures.astype(np.float32)
    mean, scale = figures.mean(axis=0), figures.std(axis=0) + 1e-5
    figures -= mean
    figures /= scale
    device = best_device()
    x, y = torch.from_numpy(figures).to(device), torch.from_numpy(kinds).to(device)
    drawn_by = None if chance is None else torch.from_numpy(chance)
    seeds = range(recipe.seed, recipe.seed + recipe.perceptrons)
    fitted = [_perceptron(x, y, recipe, seed, drawn_by) for seed in seeds]
    weight = np.concatenate([_array(into.weight) for into, _, _ in fitted]) / scale
    bias = np.concatenate([_array(into.bias) for into, _, _ in fitted])
    tensors = {
        "hidden.weight": np.asarray(weight, np.float32),
        "hidden.bias": np.asarray(bias - weight @ mean, np.float32),
        "kinds.weight": np.concatenate([_array(out.weight) for _, out, _ in fitted], axis=1)
        / recipe.perceptrons,
        "kinds.bias": np.mean([_array(out.bias) for _, out, _ in fitted], axis=0),
    }
    curves = zip(*(curve for _, _, curve in fitted), strict=True)
    return tensors, [
        {name: float(np.mean([point[name] for point in points])) for name in points[0]}
        for points in curves
    ]


def _perceptron(
    x: torch.Tensor,
    y: torch.Tensor,
    recipe: VoiceRecipe,
    seed: int,
    chance: torch.Tensor | None,
) -> tuple[nn.Linear, nn.Linear, list[Point]]:
    """Both layers of one that has learned the kinds ``y`` of ``x``, on the CPU; and its curve."""
    torch.manual_seed(seed)
    into, out = nn.Linear(x.shape[1], recipe.hidden), nn.Linear(recipe.hidden, len(KINDS))
    network = nn.Sequential(
        nn.Dropout(recipe.dropout[0]), into, nn.GELU(), nn.Dropout(recipe.dropout[1]), out
    )
    network.to(x.device)
    optimiser = torch.optim.AdamW(
        network.parameters(), recipe.learning_rate, weight_decay=recipe.weight_decay
    )
    curve: list[Point] = []
    for number in tqdm(range(recipe.passes), desc="distress"):
        lost = right = 0.0
        order = (
            torch.randperm(len(y))
            if chance is None
            else torch.multinomial(chance, len(y), replacement=True)
        )
        for batch in torch.split(order, recipe.batch):
            logits = network(x[batch])
            loss = functional.cross_entropy(logits, y[batch], label_smoothing=recipe.smoothing)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            lost += float(loss.detach()) * len(batch)
            right += float((logits.argmax(-1) == y[batch]).sum())
        curve.append({EPOCH: number + 1.0, "loss": lost / len(y), "kinds right": right / len(y)})
    network.cpu()
    return into, out, curve


def _array(tensor: torch.Tensor) -> Float:
    return np.asarray(tensor.detach().numpy(), np.float32)


def _weights(tensors: dict[str, Float]) -> weights.Weights:
    return weights.Weights(tensors, {"network": NETWORK}, "")


def _write(
    path: Path,
    tensors: Mapping[str, NDArray[np.floating[Any]]],
    recipe: VoiceRecipe,
    said: str,
    about: dict[str, object],
) -> None:
    learned = {"recipe": json.loads(json.dumps(asdict(recipe))), "learned_from": said}
    metadata = {
        "network": NETWORK, "encoder": WHISPER, "classes": EMOTIONS, "training": learned, **about,
    }  # fmt: skip
    weights.save(path, tensors, metadata)
    print(f"{path.name}: {said}", flush=True)
