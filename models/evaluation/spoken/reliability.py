"""Whether context and history mean what they say of sounds that leave it open.

Both state the share that is distress, at even odds. Scenes have other odds; what can be compared
is how much likelier distress is where a modality says so than where it is silent. That ratio of
odds, at even odds, is the share that it should have stated.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.evaluation.scenes.mixing import Truth
from models.evaluation.spoken.words import AFTER_S

Doubles = NDArray[np.float64]

OPEN: Final = (0.35, 0.7)  # probabilities by sound that leave it open: release to a warning
EVEN: Final = 0.5
ROUNDS: Final = 2_000
IMAGINED: Final = 0.5  # of each outcome, so that odds of few episodes are finite


@dataclass(frozen=True, slots=True)
class Episode:
    """A sound that was suspicious for a while, at its strongest.

    Attributes:
        at_s: when that was.
        sound: probability by both ears.
        stated: what each slow modality said then, where it said anything.
    """

    at_s: float
    sound: float
    stated: Mapping[str, float]


def reliability(scenes: Sequence[tuple[Truth, Sequence[Episode]]], modality: str) -> dict[str, Any]:
    """What ``modality`` stated of the open episodes of ``scenes``, and what was so.

    Returns:
        ``open``: open episodes; and ``for`` and ``against``, as it stated more or less than even
        odds of distress: ``spoke``, how often; ``stated``, the mean; ``observed``, the share that
        it should have stated, with ``ci95`` by bootstrap over scenes; ``observed_among_events``,
        the same in scenes with events alone, for whoever says nothing but that a scene has some is
        right of all others. None where it never spoke.
    """
    counted = [_counted(truth, found, modality) for truth, found in scenes]
    counts, stated = (np.array(one) for one in zip(*counted, strict=True))
    eventful = np.array([bool(truth.events) for truth, _ in scenes])
    draws = np.random.default_rng(3).multinomial(
        len(counts), np.full(len(counts), 1 / len(counts)), ROUNDS
    )
    told: dict[str, Any] = {"open": int(counts.sum())}
    for side in (Side.FOR, Side.AGAINST):
        spoke = int(counts[:, side].sum())
        low, high = np.percentile(_observed(np.tensordot(draws, counts, 1), side), [2.5, 97.5])
        told[side.name.lower()] = {
            "spoke": spoke,
            "stated": round(float(stated[:, side].sum()) / spoke, 3) if spoke else None,
            "observed": _rounded(counts, side) if spoke else None,
            "ci95": [round(float(low), 3), round(float(high), 3)] if spoke else None,
            "observed_among_events": _rounded(counts[eventful], side) if spoke else None,
        }
    return told


class Side(IntEnum):
    """What a modality said of a sound: distress rather than not, the contrary, or nothing."""

    FOR = 0
    AGAINST = 1
    SILENT = 2


def _counted(truth: Truth, found: Sequence[Episode], modality: str) -> tuple[Doubles, Doubles]:
    """Open episodes of one scene, (sides, distress or not), and the sums of what was stated."""
    counts, stated = np.zeros((len(Side), 2)), np.zeros(len(Side))
    for one in found:
        if not OPEN[0] <= one.sound < OPEN[1]:
            continue
        distress = any(e.onset_s <= one.at_s <= e.offset_s + AFTER_S for e in truth.events)
        said = one.stated.get(modality)
        side = Side.SILENT
        if said is not None:
            side = Side.FOR if said > EVEN else Side.AGAINST
            stated[side] += said
        counts[side, 0 if distress else 1] += 1
    return counts, stated


def _rounded(counts: Doubles, side: Side) -> float:
    return round(float(_observed(counts.sum(axis=0)[None], side)[0]), 3)


def _observed(counts: Doubles, side: Side) -> Doubles:
    """The share, at even odds, of (n, sides, 2) counts: where it took ``side``, and was silent."""
    spoke, silent = counts[:, side] + IMAGINED, counts[:, Side.SILENT] + IMAGINED
    ratio = (spoke[:, 0] / spoke[:, 1]) / (silent[:, 0] / silent[:, 1])
    return np.asarray(ratio / (1.0 + ratio))
