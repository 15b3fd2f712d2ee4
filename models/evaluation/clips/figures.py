"""Everything that scored clips tell, added up."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np

from models.data.labels import EMOTIONS
from models.evaluation.clips.hearing import Scored
from models.evaluation.clips.level_duration import corpora_of_both
from models.evaluation.intervals import wilson
from models.evaluation.measures import (
    Errors,
    auc,
    bootstrap,
    ece_by_chance,
    errors,
    macro,
    reliability,
)
from models.evaluation.scenes.material import background_kind, event_kind

EVERYDAY: Final = frozenset({"talk", "music", "traffic", "children", "animals"})
"""Speech, music and street: what screams must be told from."""
SCREAM_FPR: Final = 0.01


def rounded(value: float | None) -> float | None:
    """To four places, as figures are printed."""
    return None if value is None else round(value, 4)


def judged(rows: Sequence[Scored]) -> list[Scored]:
    """The clips that are distress or are not; infants, and what is in neither, are left out."""
    return [row for row in rows if row.clip.meaning.verdict in {"distress", "not_distress"}]


def auc_of(rows: Sequence[Scored]) -> float | None:
    """Distress against the rest."""
    return auc([row.distress for row in rows], [row.score for row in rows])


def _by(rows: Sequence[Scored], key: Callable[[Scored], str]) -> dict[str, list[Scored]]:
    found: dict[str, list[Scored]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return dict(sorted(found.items()))


def macro_auc(rows: Sequence[Scored]) -> float | None:
    """Mean over the corpora that have both classes."""
    return macro([auc_of(mine) for mine in _by(rows, lambda row: row.clip.corpus).values()])


def _macro_errors(rows: Sequence[Scored], threshold: float) -> Errors:
    """Mean over corpora."""
    each = [
        errors([row.distress for row in mine], [row.score for row in mine], threshold)
        for mine in _by(rows, lambda row: row.clip.corpus).values()
    ]
    return Errors(macro([one.fpr for one in each]), macro([one.fnr for one in each]))


def _ends(interval: tuple[float, float] | None) -> list[float | None] | None:
    return None if interval is None else [rounded(end) for end in interval]


def _table(rows: Sequence[Scored], threshold: float) -> dict[str, Any]:
    wrong = errors([row.distress for row in rows], [row.score for row in rows], threshold)
    guesses = [(row.truth, row.guess) for row in rows if row.truth is not None]
    return {
        "clips": len(rows),
        "distress": sum(row.distress for row in rows),
        "auc": rounded(auc_of(rows)),
        "fpr": rounded(wrong.fpr),
        "fnr": rounded(wrong.fnr),
        "uar": rounded(uar(guesses)) if guesses else None,
    }


def uar(guesses: Sequence[tuple[str | None, str]]) -> float:
    """Mean over true emotions of the share guessed right."""
    truths = sorted({truth for truth, _ in guesses if truth is not None})
    return float(np.mean([np.mean([g == t for t, g in guesses if t == one]) for one in truths]))


def recalls(rows: Sequence[Scored]) -> dict[str, float]:
    """Share of the clips of each acted emotion that was heard as it; UAR is their mean."""
    hits: dict[str, list[bool]] = {}
    for row in rows:
        if row.truth is not None:
            hits.setdefault(row.truth, []).append(row.truth == row.guess)
    return {emotion: float(np.mean(found)) for emotion, found in hits.items()}


def confusion(rows: Sequence[Scored]) -> list[list[int]]:
    """Clips of each true emotion (rows) by guess (columns, the last of them none)."""
    names = (*EMOTIONS, "none")
    counts = np.zeros((len(EMOTIONS), len(names)), int)
    for row in rows:
        if row.truth is not None:
            counts[EMOTIONS.index(row.truth), names.index(row.guess)] += 1
    return [[int(n) for n in line] for line in counts]


def scream_figures(rows: Sequence[Scored], threshold: float) -> dict[str, Any]:
    """Recorded screams against speech, music and street, at the shipped threshold and at 1 %."""
    screams = [row for row in rows if event_kind(row.clip) == "scream"]
    everyday = [row for row in rows if background_kind(row.clip) in EVERYDAY]
    if not screams or not everyday:
        return {"recall": None, "fpr": None}
    heard = wilson([row.score >= threshold for row in screams])
    false = wilson([row.score >= threshold for row in everyday])
    strict = float(np.quantile([row.score for row in everyday], 1.0 - SCREAM_FPR, method="higher"))
    return {
        "recall": rounded(heard.value),
        "recall_ci95": [rounded(heard.low), rounded(heard.high)],
        "fpr": rounded(false.value),
        "fpr_ci95": [rounded(false.low), rounded(false.high)],
        "recall_at_1_pct": rounded(float(np.mean([row.score > strict for row in screams]))),
        "recall_by_corpus": {
            corpus: {
                "screams": len(mine),
                "recall": rounded(float(np.mean([row.score >= threshold for row in mine]))),
            }
            for corpus, mine in _by(screams, lambda row: row.clip.corpus).items()
        },
        "clips": [len(screams), len(everyday)],
    }


def figures(rows: Sequence[Scored], threshold: float) -> dict[str, Any]:
    """What `distressd evaluate --suite clips --json` prints of the shipped ear.

    Args:
        rows: the clips as they were heard.
        threshold: score from which the daemon warns.
    """
    clips = judged(rows)
    both = corpora_of_both([row.clip for row in clips])
    known = [row for row in clips if row.clip.corpus in both]
    corpora = {k: _table(v, threshold) for k, v in _by(clips, lambda r: r.clip.corpus).items()}
    calibration = reliability([row.distress for row in clips], [row.score for row in clips])
    intervals = {
        name: bootstrap([row.clip.group for row in known], known, figure)
        for name, figure in (
            ("auc", macro_auc),
            ("fpr", lambda rows: _macro_errors(rows, threshold).fpr),
            ("fnr", lambda rows: _macro_errors(rows, threshold).fnr),
        )
    }
    wrong = _macro_errors(known, threshold)
    infants = [row for row in rows if row.clip.meaning.verdict == "infant"]
    return {
        "auc": {
            "known": rounded(macro_auc(known)),
            "known_ci95": _ends(intervals["auc"]),
            "pooled": rounded(auc_of(clips)),
        },
        "fpr": rounded(wrong.fpr),
        "fpr_ci95": _ends(intervals["fpr"]),
        "fnr": rounded(wrong.fnr),
        "fnr_ci95": _ends(intervals["fnr"]),
        "threshold": threshold,
        "ece": rounded(calibration.ece),
        "ece_by_chance": rounded(ece_by_chance([row.score for row in clips])),
        "mce": rounded(calibration.mce),
        "brier": rounded(calibration.brier),
        "screams": scream_figures(clips, threshold),
        "infants": {
            "clips": len(infants),
            "heard_as_infant": rounded(
                float(np.mean([row.infant >= threshold for row in infants])) if infants else None
            ),
            "heard_as_distress": rounded(
                float(np.mean([row.score >= threshold for row in infants])) if infants else None
            ),
        },
        "by_corpus": corpora,
        "by_speaker": {
            group: _table(mine, threshold)
            for group, mine in _by(known, lambda row: row.clip.group).items()
        },
        "by_label": {
            label: {
                "clips": len(mine),
                "median_score": rounded(float(np.median([row.score for row in mine]))),
                "raised": rounded(float(np.mean([row.score >= threshold for row in mine]))),
            }
            for label, mine in _by(rows, lambda r: f"{r.clip.corpus}/{r.clip.label}").items()
        },
    }
