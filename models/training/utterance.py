"""Fits the head of the utterance network; the encoder stays as it is.

    distressd train --data ../shared/data --recipe utterance --out utterance.safetensors

Emotions: each utterance is heard as recorded and at other speeds (other voices), standardised,
projected on principal components, and told apart by linear discriminants with a shrunk
covariance. All of it is linear, so that one matrix is left. Outcomes (none, distress, infant): a
regression over utterances cut to random lengths in noise, each corpus and label weighted alike.

Its probabilities are brought to scale on corpora that it has not heard: each corpus with distress
and without is left out in turn, and temperature and offset are fitted on what the others say of
it. On a corpus that it knows the network is surer than it may be anywhere else.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression

from models.catalogue import WHISPER
from models.data.corpora import AUDIO_CORPORA, Clip
from models.data.labels import EMOTIONS
from models.data.splits import RAVDESS_FOLDS, Fold, ravdess_split, split, without_corpus
from models.evaluation.clips.figures import uar
from models.evaluation.fold_weights import LEFT_OUT, weights_without
from models.networks import weights
from models.networks.utterance import NETWORK, OUTCOMES
from models.registry import find
from models.training.calibrate import SHARES
from models.training.pooling import CUT, hear_pooled

Float = NDArray[np.float32]
Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class UtteranceRecipe:
    """Everything that decides the result; it is saved inside the weights."""

    seed: int = 7
    speeds: tuple[float, ...] = (1.0, 0.9, 1.1)  # at which it learns and hears emotions
    components: int = 500  # principal components of the emotions; flat from 300 on
    shrinkage: float = 0.1  # of their covariance towards its diagonal
    outcome_components: int = 300
    strength: float = 0.003  # inverse regularisation of the outcomes
    corpora: tuple[str, ...] = AUDIO_CORPORA  # that it learns outcomes from


@dataclass(frozen=True, slots=True)
class Affine:
    """Logits = weight @ figures + bias."""

    weight: Doubles
    bias: Doubles

    def __call__(self, figures: Float) -> Doubles:
        """Of many utterances: (n, figures) to (n, classes)."""
        return np.asarray(figures @ self.weight.T + self.bias)


class Recordings:
    """What the encoder makes of recordings, heard once.

    Args:
        cache: folder that keeps it for the next time; None to keep nothing.
    """

    def __init__(self, cache: Path | None = None) -> None:
        self._cache = cache
        self._encoder = find(WHISPER)

    def spoken(self, clips: Sequence[Clip], speed: float) -> Float:
        """As recorded, (n, figures)."""
        return self._flat(clips, ("plain", speed))

    def cut(self, clips: Sequence[Clip]) -> Float:
        """Cut and in noise, (n, figures)."""
        return self._flat(clips, CUT)

    def _flat(self, clips: Sequence[Clip], view: tuple[str, float]) -> Float:
        return hear_pooled(clips, view, self._encoder, self._cache).reshape(len(clips), -1)


def emotion_of(clip: Clip) -> int:
    """Index of the one emotion of an acted clip."""
    (emotion,) = clip.meaning.emotions
    return EMOTIONS.index(emotion)


def fit_emotions(
    views: Sequence[Float], truth: NDArray[np.intp], recipe: UtteranceRecipe
) -> Affine:
    """Tell the emotions of acted clips apart.

    Args:
        views: of the same clips at each speed, (clips, figures) each.
        truth: (clips,) of EMOTIONS.
        recipe: how.
    """
    return fit_discriminants(
        np.concatenate(views), np.tile(truth, len(views)),
        recipe.components, recipe.shrinkage, recipe.seed,
    )  # fmt: skip


def emotions_of(clips: Sequence[Clip]) -> NDArray[np.intp]:
    """:func:`emotion_of` each of ``clips``, (clips,)."""
    return np.array([emotion_of(clip) for clip in clips])


def fit_discriminants(
    figures: Float, truth: NDArray[np.intp], components: int, shrinkage: float, seed: int
) -> Affine:
    """Linear discriminants over principal components, as one map to the classes' log-odds."""
    mean, scale, projection = _projection(figures, components, seed)
    discriminants = LinearDiscriminantAnalysis(solver="lsqr", shrinkage=shrinkage)
    discriminants.fit(((figures - mean) / scale) @ projection.T, truth)
    return _joined(mean, scale, projection, discriminants.coef_, discriminants.intercept_)


def inner_uar(
    clips: Sequence[Clip], recipe: UtteranceRecipe, recordings: Recordings
) -> list[float]:
    """Of each RAVDESS fold, trained on its sixteen actors and judged by the four inner ones."""
    found = []
    for fold in range(RAVDESS_FOLDS):
        folds = ravdess_split(clips, fold)
        learned = [recordings.spoken(folds["train"], speed) for speed in recipe.speeds]
        head = fit_emotions(learned, emotions_of(folds["train"]), recipe)
        views = [recordings.spoken(folds["dev"], speed) for speed in recipe.speeds]
        guesses = head(np.mean(views, axis=0)).argmax(axis=1)
        found.append(
            uar([(EMOTIONS[emotion_of(c)], EMOTIONS[g])
                 for c, g in zip(folds["dev"], guesses, strict=True)])
        )  # fmt: skip
    return found


def fit_outcomes(clips: Sequence[Clip], recordings: Recordings, recipe: UtteranceRecipe) -> Affine:
    """Tell distress and infants from the rest, at probabilities that hold on unheard corpora."""
    judged = [
        clip for clip in clips if clip.corpus in recipe.corpora and clip.meaning.verdict != "apart"
    ]
    figures = recordings.cut(judged)
    truth = np.array([_outcome(clip) for clip in judged])
    corpora = np.array([clip.corpus for clip in judged])
    chance = _weights(judged)
    raw = _fit_outcomes(figures, truth, chance, recipe)
    both = [
        corpus
        for corpus in dict.fromkeys(corpora.tolist())
        if {"none", "distress"} <= {OUTCOMES[t] for t in truth[corpora == corpus]}
    ]
    if len(both) < 2:  # noqa: PLR2004 - without the only one nothing is left to learn from
        return raw
    parts = np.isin(corpora, both)
    logits = np.zeros((len(judged), len(OUTCOMES)))
    for corpus in both:
        mine = corpora == corpus
        others = _fit_outcomes(figures[~mine], truth[~mine], chance[~mine], recipe)
        logits[mine] = others(figures[mine])
    return _scaled(raw, logits[parts], truth[parts], corpora[parts])


def _fit_outcomes(
    figures: Float, truth: NDArray[np.intp], chance: Doubles, recipe: UtteranceRecipe
) -> Affine:
    mean, scale, projection = _projection(figures, recipe.outcome_components, recipe.seed)
    model = LogisticRegression(C=recipe.strength, max_iter=1_000)
    model.fit(((figures - mean) / scale) @ projection.T, truth, sample_weight=chance)
    weight = np.zeros((len(OUTCOMES), len(projection)))
    bias = np.full(len(OUTCOMES), -20.0)  # an outcome that was not there never comes
    if len(model.classes_) == 2:  # noqa: PLR2004 - scikit-learn then gives the second's odds only
        weight[model.classes_[1]] = model.coef_[0]
        bias[model.classes_] = 0.0, model.intercept_[0]
    else:
        weight[model.classes_], bias[model.classes_] = model.coef_, model.intercept_
    return _joined(mean, scale, projection, weight, bias)


def _scaled(
    raw: Affine, logits: Doubles, truth: NDArray[np.intp], parts: NDArray[np.str_]
) -> Affine:
    """``raw`` with the temperature and the offset of distress that unheard corpora ask for."""
    judged = truth < OUTCOMES.index("infant")
    logits, truth, parts = logits[judged, :2], truth[judged], parts[judged]
    odds, distress = logits[:, 1] - logits[:, 0], truth == OUTCOMES.index("distress")
    share = np.where(distress, SHARES["distress"], SHARES["none"])
    weight = share / (SHARES["distress"] + SHARES["none"])
    for corpus in set(parts.tolist()):
        for side in (True, False):
            mine = (parts == corpus) & (distress == side)
            weight[mine] /= mine.sum()

    def loss(parameters: Doubles) -> float:
        z = np.exp(parameters[0]) * odds + parameters[1]
        return float((weight * np.logaddexp(0.0, np.where(distress, -z, z))).sum())

    sharpness, offset = minimize(loss, np.zeros(2), method="Nelder-Mead").x
    bias = np.exp(sharpness) * raw.bias
    bias[OUTCOMES.index("distress")] += offset
    return Affine(np.exp(sharpness) * raw.weight, bias)


def _outcome(clip: Clip) -> int:
    verdict = clip.meaning.verdict
    return OUTCOMES.index("none" if verdict == "not_distress" else verdict)


def _weights(clips: Sequence[Clip]) -> Doubles:
    """Outcomes have the shares of SHARES, spread by root of their clips over corpus and label."""
    keys = [(_outcome(c), c.corpus, c.label) for c in clips]
    counts = {key: keys.count(key) for key in set(keys)}
    roots: dict[int, float] = {}
    for (outcome, _, _), count in counts.items():
        roots[outcome] = roots.get(outcome, 0.0) + count**0.5
    each = [SHARES[OUTCOMES[k[0]]] / roots[k[0]] / counts[k] ** 0.5 for k in keys]
    return np.array(each) * len(clips)


def _projection(figures: Float, components: int, seed: int) -> tuple[Float, Float, Float]:
    mean, scale = figures.mean(axis=0), figures.std(axis=0) + 1e-6
    most = min(components, len(figures) - 1, figures.shape[1])
    found = PCA(most, svd_solver="randomized", random_state=seed).fit((figures - mean) / scale)
    return mean, scale, np.asarray(found.components_, np.float32)


def _joined(mean: Float, scale: Float, projection: Float, weight: Doubles, bias: Doubles) -> Affine:
    """Standardisation, projection and head as one map; PCA's own mean is zero here."""
    whole = (weight @ projection) / scale
    return Affine(np.asarray(whole, np.float64), np.asarray(bias - whole @ mean, np.float64))


def train_shipped(
    clips: Sequence[Clip], out: Path, recipe: UtteranceRecipe, recordings: Recordings
) -> None:
    """The network of the daemon: everything but the test fold."""
    folds = split(clips)
    _write(out, (*folds["train"], *folds["dev"]), recipe, recordings, "all but the test fold")


def train_without(
    clips: Sequence[Clip], out: Path, recipe: UtteranceRecipe, recordings: Recordings
) -> None:
    """One network for each corpus that it is to be judged by, without that corpus."""
    for corpus in (one for one in LEFT_OUT if one in recipe.corpora):
        folds = without_corpus(clips, corpus)
        path = out / weights_without(corpus, NETWORK).name
        _write(path, (*folds["train"], *folds["dev"]), recipe, recordings, f"all but {corpus}")


def train_ravdess(
    clips: Sequence[Clip], out: Path, recipe: UtteranceRecipe, recordings: Recordings
) -> list[float]:
    """One network for each fold of RAVDESS's actors; returns the inner figures.

    Each learns from the twenty actors that are not its test; of distress it learns from the same.
    """
    inner = inner_uar(clips, recipe, recordings)
    for fold in range(RAVDESS_FOLDS):
        folds: dict[Fold, list[Clip]] = ravdess_split(clips, fold)
        path = out / f"ravdess_{fold}_utterance.safetensors"
        _write(path, (*folds["train"], *folds["dev"]), recipe, recordings, f"fold {fold}")
    return inner


def _write(
    path: Path, clips: Sequence[Clip], recipe: UtteranceRecipe, recordings: Recordings, said: str
) -> None:
    # The only corpus here with all eight; without it nothing is said of emotions.
    acted = [clip for clip in clips if clip.corpus == "ravdess"]
    outcomes = fit_outcomes(clips, recordings, recipe)
    nothing = Affine(np.zeros((len(EMOTIONS), outcomes.weight.shape[1])), np.zeros(len(EMOTIONS)))
    views = [recordings.spoken(acted, speed) for speed in recipe.speeds] if acted else []
    emotions = fit_emotions(views, emotions_of(acted), recipe) if acted else nothing
    tensors = {
        "emotions.weight": emotions.weight.astype(np.float32),
        "emotions.bias": emotions.bias.astype(np.float32),
        "outcomes.weight": outcomes.weight.astype(np.float32),
        "outcomes.bias": outcomes.bias.astype(np.float32),
    }
    about = {
        "recipe": json.loads(json.dumps(asdict(recipe))), "learned_from": said,
        "groups": len({clip.group for clip in clips}), "clips": len(clips),
    }  # fmt: skip
    metadata = {
        "network": NETWORK, "encoder": WHISPER, "speeds": recipe.speeds,
        "classes": EMOTIONS, "outcomes": OUTCOMES, "training": about,
    }  # fmt: skip
    weights.save(path, tensors, metadata)
    print(f"{path.name}: {said}, {len(clips)} recordings", flush=True)
