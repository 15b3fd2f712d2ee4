"""Log-odds to probabilities, by Platt's scaling on development mixtures.

What is calibrated is what alarms: the strongest moment of a clip. The log-odds of distress and of
an infant are each put through a logistic regression, corpora weighing alike, so that a threshold
means about the same whoever is heard.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from models.data.corpora import Clip
from models.features.constants import SAMPLE_RATE
from models.networks.listener import Listener
from models.training.listener.batch import batch_of
from models.training.listener.stretches import Stretch

SHARES = {"distress": 0.3, "infant": 0.1}  # of clips, for which the probabilities hold
HEARD_S = (0.1, 0.6)  # from after the onset to after the offset
BATCH = 64
OUTCOMES = {"distress": 1, "infant": 2}
EFFECTIVE = 1_000.0


@dataclass(frozen=True, slots=True)
class Loudest:
    """The strongest moment of each clip.

    Attributes:
        files: of the clips.
        log_odds: (n, 2) of distress and of an infant against the rest.
        emotion: (n, 8) mean posterior while it sounds.
    """

    files: list[str]
    log_odds: NDArray[np.float64]
    emotion: NDArray[np.float64]


@torch.no_grad()
def strongest(
    model: Listener, heard: Sequence[Stretch], clips: Mapping[str, Clip], *, embedded: bool
) -> Loudest:
    """What ``model`` makes of each of ``heard``; stretches in which no clip sounds are left out."""
    files: list[str] = []
    odds: list[NDArray[np.float64]] = []
    emotions: list[NDArray[np.float64]] = []
    order = sorted(heard, key=len)
    for start in range(0, len(order), BATCH):
        chosen = order[start : start + BATCH]
        batch = batch_of(chosen, clips, embedded=np.full(len(chosen), embedded))
        made = model(batch.mel, batch.embedding, batch.present)
        outcome = made.outcome.double()
        posterior = made.emotion.softmax(-1).double().numpy()
        against = [outcome[..., [0, 2]].logsumexp(-1), outcome[..., [0, 1]].logsumexp(-1)]
        found = torch.stack(
            [outcome[..., 1] - against[0], outcome[..., 2] - against[1]], dim=-1
        ).numpy()
        for row, stretch in enumerate(chosen):
            after, over = stretch.since_onset / SAMPLE_RATE, stretch.since_offset / SAMPLE_RATE
            during = np.flatnonzero((after > HEARD_S[0]) & (over < HEARD_S[1]))
            if not len(during):
                continue
            files.append(stretch.file)
            odds.append(found[row, during].max(axis=0))
            counts = batch.emotion_weight[row, during].double().numpy()[:, None] + 1e-6
            emotions.append((posterior[row, during] * counts).sum(axis=0) / counts.sum())
    return Loudest(files, np.array(odds), np.array(emotions))


def scaling(loudest: Loudest, clips: Mapping[str, Clip]) -> dict[str, tuple[float, float]]:
    """Weight and bias of the log-odds, by outcome."""
    verdicts = np.array([clips[file].meaning.verdict for file in loudest.files])
    corpora = [clips[file].corpus for file in loudest.files]
    found = {}
    for column, (outcome, share) in enumerate(SHARES.items()):
        judged = verdicts != "apart"
        truth = verdicts == outcome
        sides = Counter(zip(corpora, truth, strict=True))
        many = Counter(side for _, side in sides)
        weight = np.array(
            [
                (share if side else 1.0 - share) / many[side] / sides[corpus, side]
                for corpus, side in zip(corpora, truth, strict=True)
            ]
        )
        model = LogisticRegression(C=10.0)
        model.fit(
            loudest.log_odds[judged, column : column + 1],
            truth[judged],
            sample_weight=weight[judged] * EFFECTIVE,
        )
        found[outcome] = (float(model.coef_[0, 0]), float(model.intercept_[0]))
    return found
