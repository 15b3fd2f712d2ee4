"""Whether context and history mean what they say of sounds that leave it open.

Both state the share that is distress, at even odds. Scenes have other odds; what can be compared
is how much likelier distress is where a modality says so than where it is silent. That ratio of
odds, at even odds, is the share that it should have stated.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.evaluation.scenes.mixing import Truth
from models.evaluation.spoken.words import AFTER_S

Doubles = NDArray[np.float64]

OPEN: Final = (
    0.35,
    0.7,
)  # probabilities by sound that leave it open: from the release to a warning
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
    rows = np.array([_counted(truth, found, modality) for truth, found in scenes])
    eventful = np.array([bool(truth.events) for truth, _ in scenes])
    draws = np.random.default_rng(3).multinomial(
        len(rows), np.full(len(rows), 1 / len(rows)), ROUNDS
    )
    told: dict[str, Any] = {"open": int(rows[:, list(_COUNTS)].sum())}
    for name, columns in (("for", _FOR), ("against", _AGAINST)):
        part = rows[:, [*columns, *_SILENT]]
        spoke = int(part[:, :2].sum())
        low, high = np.percentile(_observed(draws @ part), [2.5, 97.5])
        told[name] = {
            "spoke": spoke,
            "stated": round(float(rows[:, _STATED[name]].sum()) / spoke, 3) if spoke else None,
            "observed": _rounded(part, spoke),
            "ci95": [round(float(low), 3), round(float(high), 3)] if spoke else None,
            "observed_among_events": _rounded(part[eventful], spoke),
        }
    return told


# Columns of what is counted: distress and not, where it spoke for it, against it, and was silent.
_FOR, _AGAINST, _SILENT = (0, 1), (2, 3), (4, 5)
_COUNTS = (*_FOR, *_AGAINST, *_SILENT)
_STATED: Final = {"for": 6, "against": 7}  # columns of the sums of what it stated


def _counted(truth: Truth, found: Sequence[Episode], modality: str) -> list[float]:
    counts = [0.0] * 8
    for one in found:
        if not OPEN[0] <= one.sound < OPEN[1]:
            continue
        distress = any(e.onset_s <= one.at_s <= e.offset_s + AFTER_S for e in truth.events)
        stated = one.stated.get(modality)
        columns = _SILENT
        if stated is not None:
            name, columns = ("for", _FOR) if stated > EVEN else ("against", _AGAINST)
            counts[_STATED[name]] += stated
        counts[columns[0 if distress else 1]] += 1
    return counts


def _rounded(counts: Doubles, spoke: int) -> float | None:
    return round(float(_observed(counts.sum(axis=0)[None])[0]), 3) if spoke else None


def _observed(counts: Doubles) -> Doubles:
    """The share, at even odds, of (n, 4) counts: where it spoke, and where it was silent."""
    spoke_so, spoke_not, silent_so, silent_not = (counts[:, i] + IMAGINED for i in range(4))
    ratio = (spoke_so / spoke_not) / (silent_so / silent_not)
    return np.asarray(ratio / (1.0 + ratio))
