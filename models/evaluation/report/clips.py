"""The page of ``--suite clips``."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from models.data.labels import EMOTIONS
from models.evaluation.clips.figures import confusion, judged, recalls
from models.evaluation.clips.hearing import Scored
from models.evaluation.clips.level_duration import corpora_of_both
from models.evaluation.measures import macro, reliability
from models.evaluation.report import charts
from models.evaluation.report.page import (
    Cell,
    between,
    folded,
    page,
    percent,
    pictures,
    player,
    section,
    table,
    tiles,
)

EXAMPLES: Final = 12
A_LABEL: Final = 2  # examples of one label, so that one weakness does not fill the list


def clips_page(figures: Mapping[str, Any], rows: Sequence[Scored], root: Path, folder: Path) -> str:
    """The whole page.

    Args:
        figures: what the suite printed.
        rows: the clips as they were heard.
        root: the data root, from which recordings are played.
        folder: where the page will lie.
    """
    clips, threshold = judged(rows), figures["threshold"]
    truth = [row.distress for row in clips]
    score = [row.score for row in clips]
    both = corpora_of_both([row.clip for row in clips])
    curves = {"all": (truth, score)} | {
        corpus: _truth_and_score([row for row in clips if row.clip.corpus == corpus])
        for corpus in both
    }
    groups = {
        "not distress": [row.score for row in clips if not row.distress],
        "distress": [row.score for row in clips if row.distress],
    }
    by_emotion = recalls(rows)
    return page(
        "Distress against the rest, clip by clip",
        f"{figures['clips']} recordings of the {figures['fold']} fold, none of whose speakers or"
        " sources training has seen, each cut to a random length and put at a random level behind"
        " background noise. A clip's score is the highest over its hops of the score that the"
        f" daemon thresholds; it warns from {threshold} on."
        " In brackets: 95 % intervals over speakers.",
        tiles([
            ("AUC, mean of corpora" + between(figures["auc"]["known_ci95"]),
             figures["auc"]["known"]),
            ("false positives" + between(figures["fpr_ci95"]), percent(figures["fpr"])),
            ("misses" + between(figures["fnr_ci95"]), percent(figures["fnr"])),
            ("screams found" + between(figures["screams"].get("recall_ci95")),
             percent(figures["screams"]["recall"])),
            (f"calibration error [{figures['ece_by_chance']} by chance]", figures["ece"]),
            ("UAR of emotions, all corpora", macro(list(by_emotion.values()))),
            ("AUC of level and duration", figures["level_duration_auc_as_heard"]),
        ]),
        section(
            "Telling distress from the rest",
            "Corpora that have both; the dashed line is the threshold of a warning.",
            pictures(
                (charts.roc(curves), "ROC: distress found against false positives."),
                (charts.det(curves), "DET: misses against false positives."),
            ),
            pictures((charts.scores(groups, threshold), "Scores of all clips."), wide=True),
        ),
        section(
            "What a score means",
            "Of the clips with a score of .8, eight in ten should be distress. Red marks the gap.",
            pictures((charts.calibration(reliability(truth, score)), "15 bins of equal width.")),
        ),
        section(
            "Emotions",
            "Acted clips of all corpora by the mean posterior over their later half; none is a"
            " gate that never opened.",
            pictures(
                (charts.confusion(confusion(rows), EMOTIONS, (*EMOTIONS, "none")),
                 "Counts; shades are shares of what was acted."),
                (charts.bars(by_emotion, "recall"), "Recall by emotion."),
            ),
        ),
        section("By corpus", "At the threshold of a warning.", _table(figures["by_corpus"])),
        section(
            "Level and duration alone",
            "AUC of a classifier that sees only level, peak and length: what the corpora give away"
            " as recorded, and what is left of it in what the network is given.",
            table(("", "as recorded", "as heard"), [
                (name, each["recorded"], each["as_heard"])
                for name, each in figures["level_duration_auc_by_corpus"].items()
            ]),
        ),
        section(
            "By speaker",
            "Of the corpora that have both classes, the worst first.",
            folded(f"{len(figures['by_speaker'])} speakers and packages",
                   _table(figures["by_speaker"], worst_first=True)),
        ),
        section(
            "By label",
            "What each kind of recording scores, those that count as neither included.",
            folded(f"{len(figures['by_label'])} labels", table(
                ("label", "clips", "median score", "share over the threshold"),
                [(name, each["clips"], each["median_score"], each["raised"])
                 for name, each in figures["by_label"].items()],
            )),
        ),
        section("Taken for distress", "The highest scores of what is none, two of a label at most.",
                _examples(clips, root, folder, wanted=False)),
        section("Missed", "The lowest scores of distress, two of a label at most.",
                _examples(clips, root, folder, wanted=True)),
    )  # fmt: skip


def _truth_and_score(rows: Sequence[Scored]) -> tuple[list[bool], list[float]]:
    return [row.distress for row in rows], [row.score for row in rows]


def _table(parts: Mapping[str, Mapping[str, Any]], *, worst_first: bool = False) -> str:
    names: Sequence[str] = list(parts)
    if worst_first:
        names = sorted(parts, key=lambda name: _worth(parts[name]["auc"]))
    keys = ("clips", "distress", "auc", "fpr", "fnr", "uar")
    columns = ("", "clips", "of distress", "AUC", "false positives", "misses", "UAR of emotions")
    return table(columns, [(name, *(parts[name][key] for key in keys)) for name in names])


def _worth(auc: float | None) -> float:
    """Those of which nothing can be said stand last."""
    return 2.0 if auc is None else auc


def _examples(rows: Sequence[Scored], root: Path, folder: Path, *, wanted: bool) -> str:
    wrong = [row for row in rows if row.distress == wanted]
    order = np.argsort([row.score if wanted else -row.score for row in wrong], kind="stable")
    taken: dict[str, int] = {}
    lines: list[tuple[Cell, ...]] = []
    for i in order:
        row = wrong[i]
        kind = f"{row.clip.corpus}/{row.clip.label}"
        if taken.get(kind, 0) < A_LABEL and len(lines) < EXAMPLES:
            taken[kind] = taken.get(kind, 0) + 1
            listen = player(root, row.clip.file, folder)
            lines.append((listen, row.clip.label, row.score, row.clip.file))
    return table(("listen", "label", "score", "recording"), lines)
