"""Fits the vote on what was said: ``python -m models.training.words``.

Only the tuning topics are read. What the language model says, and how the two are weighed, is
fitted on leanings that come from folds in which the topic was left out, so that the embedding's
confidence on sentences it has learned is not taken for knowledge.
"""

import json
import sys
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from models.catalogue import SMOLLM2
from models.evaluation.sentences import read_sentences
from models.language.feeling import Feeling, open_gguf
from models.language.meaning import Meaning
from models.language.vote import SHIPPED, Vote
from models.reasoner import CONTEXT, model_path

FOLDS = 6
STRENGTH = 3.0  # the inverse of the regularisation; flat between 1 and 10 on the folds


def fit() -> Vote:
    """The vote over the tuning topics."""
    sentences = read_sentences("tune")
    truth = np.array([one.distress for one in sentences])
    topics = np.array([one.topic for one in sentences])
    meaning, feeling = (
        Meaning(),
        Feeling(open_gguf(model_path(SMOLLM2), threads=1, context=CONTEXT)),
    )
    vectors = np.stack([meaning(one.text) for one in sentences])
    felt = np.array([feeling(one.text) for one in sentences])
    leans = np.zeros(len(sentences))
    for known, held in GroupKFold(FOLDS).split(vectors, truth, topics):
        leans[held] = (
            _regression(STRENGTH).fit(vectors[known], truth[known]).decision_function(vectors[held])
        )
    whole = _regression(STRENGTH).fit(vectors, truth)
    only_meaning = _fit(leans[:, None], truth)
    only_feeling = _fit(felt[:, None], truth)
    both = _fit(np.stack([leans, felt], axis=1), truth)
    return Vote(
        whole.coef_[0].astype(np.float32),
        float(whole.intercept_[0]),
        (only_meaning[0], only_meaning[1]),
        (only_feeling[0], only_feeling[1]),
        (both[0], both[1], both[2]),
    )


def _regression(strength: float) -> Any:
    return LogisticRegression(C=strength, max_iter=2_000)


def _fit(figures: Any, truth: Any) -> list[float]:
    found = _regression(1e3).fit(figures, truth)
    return [*(float(w) for w in found.coef_[0]), float(found.intercept_[0])]


if __name__ == "__main__":
    SHIPPED.write_text(json.dumps(fit().stored()) + "\n", encoding="utf-8")
    sys.stderr.write(f"{SHIPPED} is written.\n")
