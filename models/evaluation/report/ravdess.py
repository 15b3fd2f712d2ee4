"""The page of ``--suite ravdess``."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from models.data.labels import EMOTIONS
from models.evaluation.clips.figures import recalls, uar
from models.evaluation.clips.hearing import Scored
from models.evaluation.report import charts
from models.evaluation.report.page import between, page, pictures, player, section, table, tiles

EXAMPLES: Final = 12


def ravdess_page(
    figures: Mapping[str, Any], rows: Mapping[str, Sequence[Scored]], root: Path, folder: Path
) -> str:
    """The whole page; arguments as of :func:`~models.evaluation.report.clips.clips_page`."""
    sections = [
        section(
            f"Network {name}",
            "Recall of each emotion, and what it was taken for.",
            pictures(
                (charts.confusion(figures["confusion"][name], EMOTIONS, (*EMOTIONS, "none")),
                 "Counts; shades are shares of what was acted."),
                (charts.bars(recalls(found), "recall"), "Recall by emotion."),
            ),
            table(("actor", "clips", "UAR"), _actors(found)),
        )
        for name, found in rows.items()
    ]  # fmt: skip
    folds = [
        (each["fold"], ", ".join(map(str, each["actors"])), *(each["uar"].get(n) for n in rows))
        for each in figures["folds"]
    ]
    errors = [
        section(
            f"Taken for something else by {name}", "Surest first.", _errors(found, root, folder)
        )
        for name, found in rows.items()
    ]
    return page(
        "Eight emotions of RAVDESS, actors that the network never heard",
        "Six folds; every clip whole and at its own level, streamed through the hop loop's front"
        f" end. Not measured for want of weights: {', '.join(figures['missing']) or 'nothing'}.",
        tiles([
            (f"UAR, {name}{between(figures['ci95'][name])}", value)
            for name, value in figures["uar"].items()
        ]),
        section("Folds", "Unweighted average recall.",
                table(("fold", "actors", *rows), folds)),
        *sections,
        *errors,
    )  # fmt: skip


def _actors(rows: Sequence[Scored]) -> list[tuple[str, int, float]]:
    groups: dict[str, list[Scored]] = {}
    for row in rows:
        groups.setdefault(row.clip.group, []).append(row)
    return [
        (name, len(found), uar([(row.truth, row.guess) for row in found]))
        for name, found in sorted(groups.items())
    ]


def _errors(rows: Sequence[Scored], root: Path, folder: Path) -> str:
    wrong = [row for row in rows if row.emotion is not None and row.truth != row.guess]
    surest = sorted(wrong, key=lambda row: -max(row.emotion or (0.0,)))[:EXAMPLES]
    return table(
        ("listen", "acted", "heard as", "probability", "recording"),
        [
            (
                player(root, row.clip.file, folder), row.truth, row.guess,
                max(row.emotion or (0.0,)), row.clip.file,
            )
            for row in surest
        ],
    )  # fmt: skip
