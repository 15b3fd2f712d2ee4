"""Fits the vote on what was said: ``python -m models.training.words``.

Only the tuning topics are read. What the language model says, and how the two are weighed, is
fitted on leanings that come from folds in which the topic was left out, so that the embedding's
confidence on sentences it has learned is not taken for knowledge.
"""

import json
import sys
from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold

from models.catalogue import SMOLLM2
from models.evaluation.sentences import read_sentences
from models.language.calls import calls
from models.language.feeling import Feeling, open_gguf
from models.language.meaning import Meaning
from models.language.vote import SHIPPED, Vote
from models.reasoner import CONTEXT, model_path

FOLDS = 6
STRENGTH = 3.0  # the inverse of the regularisation; flat between 1 and 10 on the folds


def fit() -> Vote:
    """The vote over the tuning topics."""
    sentences = [
        replace(one, text=text) for one in read_sentences("tune") for text in _as_heard(one.text)
    ]
    truth = np.array([one.distress for one in sentences])
    topics = np.array([one.topic for one in sentences])
    llama = open_gguf(model_path(SMOLLM2), threads=1, context=CONTEXT)
    meaning, feeling = Meaning(), Feeling(llama)
    vectors = np.stack([meaning(one.text) for one in sentences])
    felt = np.array([feeling(one.text) for one in sentences])
    called = np.array([calls(one.text) for one in sentences], float)
    leans = np.zeros(len(sentences))
    for known, held in GroupKFold(FOLDS).split(vectors, truth, topics):
        leans[held] = (
            _regression(STRENGTH).fit(vectors[known], truth[known]).decision_function(vectors[held])
        )
    whole = _regression(STRENGTH).fit(vectors, truth)
    votes = {
        "meaning": np.stack([leans, called], axis=1),
        "feeling": np.stack([felt, called], axis=1),
        "both": np.stack([leans, felt, called], axis=1),
    }
    for name, figures in votes.items():
        area = roc_auc_score(truth, _out_of_topic(figures, truth, topics))
        sys.stderr.write(f"{name}: area under the curve {area:.3f} on topics left out\n")
    return Vote(
        whole.coef_[0].astype(np.float32),
        float(whole.intercept_[0]),
        _fit(votes["meaning"], truth),
        _fit(votes["feeling"], truth),
        _fit(votes["both"], truth),
    )


def _as_heard(text: str) -> tuple[str, ...]:
    """As written, and as Whisper may punctuate it."""
    bare = text.rstrip(".!?")
    return text, bare, f"{bare}."


def _out_of_topic(figures: Any, truth: Any, topics: Any) -> Any:
    scores = np.zeros(len(truth))
    for known, held in GroupKFold(FOLDS).split(figures, truth, topics):
        found = _regression(1e3).fit(figures[known], truth[known])
        scores[held] = found.decision_function(figures[held])
    return scores


def _regression(strength: float) -> Any:
    return LogisticRegression(C=strength, max_iter=2_000)


def _fit(figures: Any, truth: Any) -> tuple[float, ...]:
    found = _regression(1e3).fit(figures, truth)
    return (*(float(w) for w in found.coef_[0]), float(found.intercept_[0]))


if __name__ == "__main__":
    SHIPPED.write_text(json.dumps(fit().stored()) + "\n", encoding="utf-8")
    sys.stderr.write(f"{SHIPPED} is written.\n")
