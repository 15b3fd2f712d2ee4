"""Fits the vote on what was said: ``python -m models.training.words``.

It learns from sentences of our own and the tuning topics. What is weighed and calibrated are
leanings on topics that were left out, so that confidence in sentences that were learned is not
taken for knowledge.
"""

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.metrics.pairwise import euclidean_distances
from sklearn.model_selection import GroupKFold
from sklearn.svm import SVC
from tqdm import tqdm

from models.catalogue import SMOLLM2
from models.evaluation.sentences import Sentence
from models.language.calls import calls
from models.language.feeling import Feeling, contrast, open_gguf
from models.language.meaning import Meaning
from models.language.vote import FELT_LIMIT, SHIPPED, Known, Vote
from models.reasoner import CONTEXT, model_path
from models.training.written import written

FOLDS = 12
SEED = 3
# Chosen on topics left out: .91 by the embedding alone, .95 together; flat around these.
STRENGTH = 3.0
GAMMA = (1.0, 0.5, 0.6)
SLIGHTEST = 1e-6  # a coefficient below is none

Float = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Read:
    """Sentences, and what the readers say of each.

    Attributes:
        vectors: (n, 384).
        felt: (n, m).
    """

    sentences: Sequence[Sentence]
    vectors: Float
    felt: Float


def read() -> Read:
    """All sentences to learn from, read: about a tenth of a second each."""
    sentences = written()
    meaning = Meaning()
    feeling = Feeling(open_gguf(model_path(SMOLLM2), threads=1, context=CONTEXT))
    vectors, felt = [], []
    for one in tqdm(sentences, desc="sentences"):
        vectors.append(meaning(one.text))
        felt.append(feeling(one.text))
    return Read(sentences, np.stack(vectors), np.stack(felt))


def fit(found: Read) -> Vote:
    """The vote over ``found``."""
    truth = np.array([one.distress for one in found.sentences])
    topics = np.array([one.topic for one in found.sentences])
    size = math.sqrt(found.felt.shape[1])
    mean, scale = found.felt.mean(axis=0), found.felt.std(axis=0) * size
    felt = np.clip((found.felt - mean) / scale, -FELT_LIMIT / size, FELT_LIMIT / size)
    apart, felt_apart = (euclidean_distances(x, squared=True) for x in (found.vectors, felt))
    kernels = {
        "meaning": np.exp(-GAMMA[0] * apart),
        "together": np.exp(-GAMMA[1] * apart - GAMMA[2] * felt_apart),
    }
    called = np.array([calls(one.text) for one in found.sentences], float)
    contrasts = np.array([contrast(one) for one in found.felt])
    leans = {name: _left_out(kernel, truth, topics) for name, kernel in kernels.items()}
    figures = {
        "meaning": np.stack([leans["meaning"], called], axis=1),
        "together": np.stack([leans["together"], called], axis=1),
        "feeling": np.stack([contrasts, called], axis=1),
        "both": np.stack([leans["meaning"], contrasts, called], axis=1),
    }
    slopes = {name: regression(said, truth) for name, said in figures.items()}
    for name, said in figures.items():
        area = roc_auc_score(truth, said @ np.array(slopes[name][:-1]))
        sys.stderr.write(f"{name}: area under the curve {area:.3f} on topics left out\n")
    alone, together = (_machine(kernels[name], truth) for name in ("meaning", "together"))
    kept = (np.abs(alone[0]) > SLIGHTEST) | (np.abs(together[0]) > SLIGHTEST)
    known = Known(
        found.vectors[kept],
        felt[kept].astype(np.float32),
        mean.astype(np.float32),
        scale.astype(np.float32),
        alone[0][kept].astype(np.float32),
        together[0][kept].astype(np.float32),
        GAMMA,
        (alone[1], together[1]),
    )
    return Vote(known, slopes)


def regression(figures: Any, truth: Any) -> tuple[float, ...]:
    """Slopes and offset of a logistic regression, hardly regularised."""
    found = LogisticRegression(C=1e3, max_iter=2_000).fit(figures, truth)
    return (*(float(w) for w in found.coef_[0]), float(found.intercept_[0]))


def _machine(kernel: Any, truth: Any) -> tuple[Any, float]:
    """Coefficients, (n,), most of them 0, and the offset."""
    found = SVC(C=STRENGTH, kernel="precomputed").fit(kernel, truth)
    weights = np.zeros(len(truth))
    weights[found.support_] = found.dual_coef_[0]
    return weights, float(found.intercept_[0])


def _left_out(kernel: Any, truth: Any, topics: Any) -> Any:
    leans = np.zeros(len(truth))
    folds = GroupKFold(FOLDS, shuffle=True, random_state=SEED)
    for known, held in folds.split(kernel, truth, topics):
        weights, bias = _machine(kernel[np.ix_(known, known)], truth[known])
        leans[held] = kernel[np.ix_(held, known)] @ weights + bias
    return leans


if __name__ == "__main__":
    fit(read()).save()
    sys.stderr.write(f"{SHIPPED} is written.\n")
