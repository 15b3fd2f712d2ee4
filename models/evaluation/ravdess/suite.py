"""``distressd evaluate --suite ravdess``."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from models.data.corpora import Clip, read_corpus
from models.data.splits import RAVDESS_FOLDS, Fold, ravdess_actors, ravdess_split
from models.errors import ModelError
from models.evaluation.clips.figures import confusion, uar
from models.evaluation.clips.hearing import MakeEar, Scored, hear_clips, whole
from models.evaluation.fold_weights import FOLDER, ravdess_weights
from models.evaluation.measures import bootstrap

NETWORKS: Final = ("lstm13", "streaming", "utterance")

Hear = Callable[[str, Path, Sequence[Clip]], list[Scored]]
"""Hears clips by the network of that name with the weights of that path."""


@dataclass(frozen=True, slots=True)
class RavdessResult:
    """The figures, and the rows of each network that there is."""

    figures: dict[str, Any]
    rows: dict[str, list[Scored]]


def hear_streaming(with_weights: Callable[[Path], MakeEar]) -> Hear:
    """Networks that run in the hop loop are heard through an ear."""

    def hear(_network: str, weights: Path, clips: Sequence[Clip]) -> list[Scored]:
        return hear_clips(clips, with_weights(weights), whole)

    return hear


def measure(data: Path, fold: Fold, hear: dict[str, Hear]) -> RavdessResult:
    """Unweighted average recall over all actors, each judged by the fold that left it out.

    Args:
        data: the data root.
        fold: ``dev`` hears each fold's inner development actors, to choose by; ``test`` its test
            actors, once.
        hear: by network; what is not in it, or has no weights, is None in the figures.

    Raises:
        ModelError: if some folds of a network have weights and others have none.
        DataError: if the corpus is missing or cannot be read.
    """
    clips = list(read_corpus(data, "ravdess"))
    rows: dict[str, list[Scored]] = {}
    by_fold: dict[str, list[float]] = {}
    for network in NETWORKS:
        paths = [ravdess_weights(k, network) for k in range(RAVDESS_FOLDS)]
        there = [path for path in paths if path.is_file()]
        if network not in hear or not there:
            continue
        if len(there) < len(paths):
            gone = next(path for path in paths if not path.is_file())
            raise ModelError(
                f"{gone.name} is missing while other folds of {network} are there.",
                f"Restore it to {FOLDER}, or train that fold.",
            )
        heard = [
            hear[network](network, path, ravdess_split(clips, k)[fold])
            for k, path in enumerate(paths)
        ]
        by_fold[network] = [_uar(part) for part in heard]
        rows[network] = [row for part in heard for row in part]
    return RavdessResult(_figures(rows, by_fold, fold), rows)


def _uar(rows: Sequence[Scored]) -> float:
    return uar([(row.truth, row.guess) for row in rows])


def _figures(
    rows: dict[str, list[Scored]], by_fold: dict[str, list[float]], fold: Fold
) -> dict[str, Any]:
    intervals = {
        name: bootstrap([row.clip.group for row in found], found, _uar)
        for name, found in rows.items()
    }
    return {
        "uar": {name: round(_uar(rows[name]), 4) if name in rows else None for name in NETWORKS},
        "ci95": {
            name: None if interval is None else [round(v, 4) for v in interval]
            for name, interval in ((name, intervals.get(name)) for name in NETWORKS)
        },
        "folds": [
            {
                "fold": k,
                "actors": list(ravdess_actors(k)[fold]),
                "uar": {name: round(found[k], 4) for name, found in by_fold.items()},
            }
            for k in range(RAVDESS_FOLDS)
        ],
        "confusion": {name: confusion(found) for name, found in rows.items()},
        "missing": [name for name in NETWORKS if name not in rows],
        "fold": fold,
    }
