"""What was trained or measured on, as a table that a person can read and another run can use."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import get_args

from models.data.corpora import Clip
from models.data.splits import Fold, check_groups
from models.data.table import rows, seconds
from models.errors import DataError

COLUMNS = (
    "file", "corpus", "label", "environment", "keyword", "verdict", "group", "fold", "duration_s",
)  # fmt: skip


def write_manifest(path: Path, folds: Mapping[Fold, Sequence[Clip]]) -> None:
    """One line a clip, written whole or not at all.

    Raises:
        DataError: if a group is in two folds.
    """
    check_groups(folds)
    unfinished = path.with_name(path.name + ".unfinished")
    with unfinished.open("w", newline="", encoding="utf-8") as lines:
        table = csv.writer(lines)
        table.writerow(COLUMNS)
        for fold, clips in folds.items():
            for clip in clips:
                table.writerow([
                    clip.file, clip.corpus, clip.label, clip.environment, clip.keyword,
                    clip.meaning.verdict, clip.group, fold, f"{clip.duration_s:.3f}",
                ])  # fmt: skip
    unfinished.replace(path)


def read_manifest(path: Path, root: Path) -> dict[Fold, list[Clip]]:
    """The clips of each fold, their files below ``root``.

    Raises:
        DataError: if a line cannot be understood, or a group is in two folds.
    """
    folds: dict[Fold, list[Clip]] = {fold: [] for fold in get_args(Fold)}
    for line, row in rows(path, COLUMNS):
        try:
            clip = Clip(
                root, row["corpus"], row["file"], row["label"], row["environment"],
                row["group"], seconds(row["duration_s"]), row["keyword"],
            )  # fmt: skip
            _ = clip.meaning
            folds[row["fold"]].append(clip)  # type: ignore[index] # a wrong one is caught
        except (DataError, KeyError) as error:
            raise DataError(
                f"{path}, line {line}: {error}",
                f"Folds are {', '.join(folds)}; labels are those of models/data/labels.py."
                " `distressd data manifest` makes a table anew.",
            ) from error
    check_groups(folds)
    return folds
