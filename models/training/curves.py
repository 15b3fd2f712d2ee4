"""How a training went, beside what came of it: figures as JSON, and a picture of them."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from models.evaluation.report import charts
from models.whole import write_whole

Point = dict[str, float]
"""Figures by name, of one epoch or step, whose number is among them."""


def write_curves(weights: Path, unit: str, trainings: Mapping[str, Sequence[Point]]) -> None:
    """Write ``NAME.curves.json`` and ``NAME.curves.svg`` beside the file ``weights``.

    Args:
        weights: the file NAME.safetensors, or whatever it is called.
        unit: ``epoch`` or ``step``, the name of its number in each point.
        trainings: the points of each, by its name. Figures that begin with ``loss`` are losses, all
            others shares in [0, 1].
    """
    told = {"unit": unit, "trainings": {name: list(points) for name, points in trainings.items()}}
    write_whole(weights.with_suffix(".curves.json"), (json.dumps(told, indent=1) + "\n").encode())
    lines = {
        f"{name}, {figure}" if len(trainings) > 1 else figure: [
            (point[unit], point[figure]) for point in points if figure in point
        ]
        for name, points in trainings.items()
        for figure in dict.fromkeys(figure for point in points for figure in point)
        if figure != unit
    }
    losses = {name: line for name, line in lines.items() if _is_loss(name)}
    shares = {name: line for name, line in lines.items() if not _is_loss(name)}
    picture = charts.learned(unit, losses, shares)
    write_whole(weights.with_suffix(".curves.svg"), picture.encode())


def _is_loss(name: str) -> bool:
    return name.rpartition(", ")[2].startswith("loss")
