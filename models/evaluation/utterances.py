"""The utterance network before the suites: each recording is one closed utterance."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from models.catalogue import WHISPER
from models.data.corpora import Clip
from models.data.splits import Fold, split, without_corpus
from models.evaluation.clips.figures import auc_of, figures, judged, rounded
from models.evaluation.clips.hearing import Scored
from models.evaluation.fold_weights import LEFT_OUT, weights_without
from models.evaluation.measures import errors, macro, reliability
from models.networks import weights
from models.networks.utterance import NETWORK, Head
from models.registry import find
from models.training.pooling import CUT, View, hear_pooled

SHIPPED = Path(weights.SHIPPED).with_name("utterance.safetensors")


class Utterances:
    """Hears recordings by the weights of a path.

    Args:
        cache: folder in which what the encoder makes of them is kept, or looked up.
    """

    def __init__(self, cache: Path | None = None) -> None:
        self._cache = cache

    def whole(self, _network: str, path: Path, clips: Sequence[Clip]) -> list[Scored]:
        """As recorded: for the suite ``ravdess``."""
        return self._hear(path, clips, "plain")

    def cut(self, path: Path, clips: Sequence[Clip]) -> list[Scored]:
        """A random part at a random level in noise: for the suite ``clips``."""
        return self._hear(path, clips, CUT[0])

    def _hear(self, path: Path, clips: Sequence[Clip], view: str) -> list[Scored]:
        head = Head(weights.load(path))
        # The outcomes of a part are asked for; its emotions are not.
        speeds = head.speeds if view != CUT[0] else head.speeds[:1]
        views = np.stack([self._pooled(clips, (view, speed)) for speed in speeds], axis=1)
        scored = []
        for clip, heard in zip(clips, views, strict=True):
            told = head(heard)
            emotion = tuple(float(p) for p in told.emotions)
            scored.append(Scored(clip, told.distress, told.infant, emotion))
        return scored

    def _pooled(self, clips: Sequence[Clip], view: View) -> Any:
        return hear_pooled(clips, view, find(WHISPER), self._cache)


def clip_figures(
    clips: list[Clip], fold: Fold, hear: Utterances, threshold: float
) -> dict[str, Any] | None:
    """The utterance network in the suite ``clips``; None while it has no weights."""
    if not SHIPPED.is_file():
        return None
    learned = weights.load(SHIPPED).metadata["training"]["recipe"]["corpora"]
    known = [clip for clip in split(clips)[fold] if clip.corpus in learned]
    found = figures(hear.cut(SHIPPED, known), threshold)
    unseen = {name: _unseen(clips, name, hear, threshold) for name in LEFT_OUT}
    told = [one for one in unseen.values() if one is not None]
    macros = {key: rounded(macro([one[key] for one in told])) for key in ("auc", "fpr", "fnr")}
    return {key: found[key] for key in ("auc", "fpr", "fnr", "ece", "brier", "screams")} | {
        "threshold": threshold,
        "unseen_corpus": unseen,
        "unseen_macro": macros,
        "by_corpus": found["by_corpus"],
    }


def _unseen(
    clips: list[Clip], corpus: str, hear: Utterances, threshold: float
) -> dict[str, float | None] | None:
    path = weights_without(corpus, NETWORK)
    if not path.is_file():
        return None
    rows = judged(hear.cut(path, without_corpus(clips, corpus)["test"]))
    truth, score = [row.distress for row in rows], [row.score for row in rows]
    wrong, calibration = errors(truth, score, threshold), reliability(truth, score)
    return {
        "auc": rounded(auc_of(rows)),
        "fpr": rounded(wrong.fpr),
        "fnr": rounded(wrong.fnr),
        "ece": rounded(calibration.ece),
        "recall_at_half": rounded(1.0 - (errors(truth, score, 0.5).fnr or 0.0)),
    }
