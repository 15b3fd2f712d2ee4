"""``distressd evaluate --suite clips``."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.data.corpora import Clip, read_all
from models.data.splits import (
    GAMES,
    SCREAMS,
    Fold,
    recorded_screams,
    split,
    with_screams_of,
    without_corpus,
)
from models.evaluation.clips.figures import (
    auc_of,
    figures,
    judged,
    macro_auc,
    rounded,
    scream_figures,
)
from models.evaluation.clips.hearing import MakeEar, Scored, hear_clips
from models.evaluation.clips.level_duration import level_duration_auc
from models.evaluation.fold_weights import LEFT_OUT, weights_with_screams_of, weights_without
from models.evaluation.measures import macro
from models.evaluation.scenes.material import event_kind
from models.networks.voice import NETWORK


@dataclass(frozen=True, slots=True)
class Ears:
    """How the ears that are judged are made; each is sent to other processes.

    Attributes:
        shipped: as configured.
        second: the second ear alone, with the weights of a path: the only network of those that
            ship of which there are weights without a corpus.
        second_weights: those that ship.
        student: with the student in YAMNet's place; None where that is as configured.
    """

    shipped: MakeEar
    second: Callable[[Path, Sequence[Clip]], list[Scored]]
    second_weights: Path
    student: MakeEar | None = None


@dataclass(frozen=True, slots=True)
class ClipsResult:
    """The figures, and the rows that pictures are made of."""

    figures: dict[str, Any]
    rows: list[Scored]


def measure(data: Path, fold: Fold, ears: Ears, threshold: float) -> ClipsResult:
    """Hear every clip of ``fold`` and say how well distress was told from the rest.

    Args:
        data: the data root.
        fold: development clips to choose by, test clips to report, once.
        ears: what hears.
        threshold: score from which the daemon warns.

    Raises:
        DataError: if a corpus is missing or cannot be read.
        ModelError: if weights cannot be used.
    """
    clips = read_all(data)
    folds = split(clips)
    rows = hear_clips(folds[fold], ears.shipped)
    found = figures(rows, threshold)
    found["auc"]["second_ear"] = _second(folds[fold], ears)
    found["auc"]["unseen_corpus"] = {name: _unseen(clips, name, ears) for name in LEFT_OUT}
    leaks = level_duration_auc(folds["train"], folds[fold])
    found["level_duration_auc"] = rounded(macro([one.recorded for one in leaks.values()]))
    found["level_duration_auc_as_heard"] = rounded(macro([one.heard for one in leaks.values()]))
    found["level_duration_auc_by_corpus"] = {
        corpus: {"recorded": rounded(one.recorded), "as_heard": rounded(one.heard)}
        for corpus, one in leaks.items()
    }
    screams = found["screams"]
    if ears.student is not None:
        screams = figures(hear_clips(folds[fold], ears.student), threshold)["screams"]
    found["screams"] |= {f"student_{key}": screams[key] for key in ("recall", "fpr")}
    found["screams"]["across"] = {
        f"{side}_to_{other}": _across(clips, side, ears, threshold)
        for side, other in zip(SCREAMS, reversed(SCREAMS), strict=True)
    }
    return ClipsResult(found | {"fold": fold, "clips": len(rows)}, rows)


def _second(clips: Sequence[Clip], ears: Ears) -> dict[str, float | None]:
    """AUC of the second ear alone on clips of ``fold``: to hold those of unseen corpora against."""
    rows = judged(ears.second(ears.second_weights, clips))
    by_corpus = {name: [row for row in rows if row.clip.corpus == name] for name in LEFT_OUT}
    return {"known": rounded(macro_auc(rows))} | {
        name: rounded(auc_of(mine)) for name, mine in by_corpus.items()
    }


def _unseen(clips: list[Clip], corpus: str, ears: Ears) -> float | None:
    """AUC of a second ear that never heard the corpus; None where its weights are not there."""
    path = weights_without(corpus, NETWORK)
    if not path.is_file():
        return None
    return rounded(auc_of(judged(ears.second(path, without_corpus(clips, corpus)["test"]))))


def _across(
    clips: Sequence[Clip], side: str, ears: Ears, threshold: float
) -> dict[str, Any] | None:
    """Screams of one side, by a second ear that knows the other's only: see `with_screams_of`.

    They are told from the everyday sounds of the test fold that it never heard. None where its
    weights are not there.
    """
    path = weights_with_screams_of(side, NETWORK)
    if not path.is_file():
        return None
    known = {clip.group for clip in with_screams_of(clips, side)}
    screams = (
        recorded_screams(clips)
        if side == "games"
        else [clip for clip in clips if clip.corpus in GAMES and event_kind(clip) == "scream"]
    )
    others = [clip for clip in split(clips)["test"] if event_kind(clip) != "scream"]
    heard = [clip for clip in (*screams, *others) if clip.group not in known]
    return scream_figures(judged(ears.second(path, heard)), threshold)
