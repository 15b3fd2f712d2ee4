"""How good scores are: ranking, calibration, and errors at a threshold."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import rankdata

Doubles = NDArray[np.float64]

BINS: Final = 15


def auc(truth: ArrayLike, score: ArrayLike) -> float | None:
    """Area under the ROC curve; None where only one class is there."""
    labels = np.asarray(truth, bool)
    if labels.all() or not labels.any():
        return None
    # The statistic of Mann and Whitney: the area without the curve, for bootstraps are many.
    true = int(labels.sum())
    ranks = float(rankdata(np.asarray(score, float))[labels].sum())
    return (ranks - true * (true + 1) / 2) / (true * (len(labels) - true))


@dataclass(frozen=True, slots=True)
class Reliability:
    """How often what is given a probability is true.

    Attributes:
        confidence: mean score of each bin that is not empty.
        frequency: share of true ones in it.
        count: how many it holds.
        ece: expected calibration error: mean gap, weighted by count (Naeini et al. 2015).
        mce: the largest gap.
        brier: mean squared error of the scores.
    """

    confidence: Doubles
    frequency: Doubles
    count: NDArray[np.int64]
    ece: float
    mce: float
    brier: float


def reliability(truth: ArrayLike, score: ArrayLike, bins: int = BINS) -> Reliability:
    """Calibration over bins of equal width."""
    labels, scores = np.asarray(truth, float), np.asarray(score, float)
    place = np.minimum((scores * bins).astype(int), bins - 1)
    count = np.bincount(place, minlength=bins)
    held = count > 0
    confidence = np.bincount(place, scores, bins)[held] / count[held]
    frequency = np.bincount(place, labels, bins)[held] / count[held]
    gap = np.abs(confidence - frequency)
    weight = count[held] / count.sum()
    return Reliability(
        confidence, frequency, count[held],
        float((gap * weight).sum()), float(gap.max()), float(np.mean((scores - labels) ** 2)),
    )  # fmt: skip


def ece_by_chance(score: ArrayLike, draws: int = 200, seed: int = 0) -> float:
    """Calibration error that scores which are right would show all the same, so few as they are.

    Each is taken for the probability that it says, and the truth drawn by it.

    Args:
        score: (n,) probabilities.
        draws: of the truth; their mean is returned.
        seed: of the draws.
    """
    scores, rng = np.asarray(score, float), np.random.default_rng(seed)
    return float(
        np.mean([reliability(rng.random(len(scores)) < scores, scores).ece for _ in range(draws)])
    )


@dataclass(frozen=True, slots=True)
class Errors:
    """Shares of wrong decisions at a threshold; None where nothing could be wrong so."""

    fpr: float | None
    fnr: float | None


def errors(truth: ArrayLike, score: ArrayLike, threshold: float) -> Errors:
    """False positives among the negatives, false negatives among the positives."""
    labels, raised = np.asarray(truth, bool), np.asarray(score, float) >= threshold
    return Errors(
        float(raised[~labels].mean()) if (~labels).any() else None,
        float((~raised[labels]).mean()) if labels.any() else None,
    )


def macro(values: Sequence[float | None]) -> float | None:
    """Mean of those that there are."""
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None


T = TypeVar("T")


def bootstrap(
    groups: Sequence[str],
    rows: Sequence[T],
    figure: Callable[[Sequence[T]], float | None],
    rounds: int = 500,
    seed: int = 1,
) -> tuple[float, float] | None:
    """95 % percentile interval of ``figure`` over groups that are drawn again with all their rows.

    None where the figure cannot be had of any draw.
    """
    members: dict[str, list[T]] = {}
    for group, row in zip(groups, rows, strict=True):
        members.setdefault(group, []).append(row)
    names = sorted(members)
    rng = np.random.default_rng(seed)
    drawn = []
    for _ in range(rounds):
        chosen = rng.integers(0, len(names), len(names))
        value = figure([row for i in chosen for row in members[names[i]]])
        if value is not None:
            drawn.append(value)
    if not drawn:
        return None
    low, high = np.percentile(drawn, [2.5, 97.5])
    return float(low), float(high)
