"""How well distress is told by level and duration alone: what a network must not live on."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier

from models.data.corpora import Clip
from models.evaluation.clips.hearing import Look, look_at_clips
from models.evaluation.measures import auc

LEAVES: Final = 8  # three figures need no more
LEARNERS: Final = 400  # clips of a corpus that it learns from, drawn by a fixed seed


def corpora_of_both(clips: Sequence[Clip]) -> list[str]:
    """The corpora that have distress and its absence, so that ranking within them says something.

    Only there can a classifier not tell the verdict from the corpus.
    """
    both: dict[str, set[str]] = {}
    for clip in clips:
        both.setdefault(clip.corpus, set()).add(clip.meaning.verdict)
    return [name for name, found in both.items() if {"distress", "not_distress"} <= found]


@dataclass(frozen=True, slots=True)
class Leak:
    """AUC of the classifier without ears, as recorded and as the clips are heard."""

    recorded: float | None
    heard: float | None


def level_duration_auc(learn: Sequence[Clip], judge: Sequence[Clip]) -> dict[str, Leak]:
    """AUC of boosted trees over level, peak and duration, by corpus.

    Each corpus has its own: levels of one say nothing of another's.

    Args:
        learn: clips that it learns from.
        judge: clips of other groups, with the same verdicts.

    Returns:
        The corpora that have both classes on both sides.
    """
    corpora = sorted(set(corpora_of_both(learn)) & set(corpora_of_both(judge)))
    learn, judge = _drawn(_of(learn, corpora), corpora), _of(judge, corpora)
    looks = look_at_clips([*learn, *judge])
    seen, shown = looks[: len(learn)], looks[len(learn) :]
    return {
        corpus: Leak(*(_auc(corpus, learn, seen, judge, shown, which) for which in (0, 1)))
        for corpus in corpora
    }


def _of(clips: Sequence[Clip], corpora: Sequence[str]) -> list[Clip]:
    return [
        clip
        for clip in clips
        if clip.corpus in corpora and clip.meaning.verdict in {"distress", "not_distress"}
    ]


def _drawn(clips: Sequence[Clip], corpora: Sequence[str]) -> list[Clip]:
    rng = np.random.default_rng(0)
    found: list[Clip] = []
    for corpus in corpora:
        mine = [clip for clip in clips if clip.corpus == corpus]
        found += [mine[i] for i in rng.permutation(len(mine))[:LEARNERS]]
    return found


def _auc(
    corpus: str,
    learn: Sequence[Clip],
    seen: Sequence[tuple[Look, Look]],
    judge: Sequence[Clip],
    shown: Sequence[tuple[Look, Look]],
    which: int,
) -> float | None:
    model = HistGradientBoostingClassifier(max_leaf_nodes=LEAVES, random_state=0)
    model.fit(*_table(corpus, learn, seen, which))
    x, truth = _table(corpus, judge, shown, which)
    return auc(truth, model.predict_proba(x)[:, 1])


def _table(
    corpus: str, clips: Sequence[Clip], looks: Sequence[tuple[Look, Look]], which: int
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """What the classifier sees of a corpus, (n, 3), and which clips are distress."""
    mine = [(c, look[which]) for c, look in zip(clips, looks, strict=True) if c.corpus == corpus]
    truth = np.array([clip.meaning.verdict == "distress" for clip, _ in mine])
    return np.array([astuple(look) for _, look in mine], np.float64), truth
