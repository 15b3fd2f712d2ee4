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
ROUNDS: Final = 2_000
IMAGINED: Final = 0.5  # of each outcome, so that odds of few episodes are finite


@dataclass(frozen=True, slots=True)
class Episode:
    """A sound that was suspicious for a while, at its strongest.

    Attributes:
        at_s: when that was.
        sound: probability by sound alone.
        stated: what each slow modality said then, where it said anything.
    """

    at_s: float
    sound: float
    stated: Mapping[str, float]


def reliability(scenes: Sequence[tuple[Truth, Sequence[Episode]]], modality: str) -> dict[str, Any]:
    """What ``modality`` stated of the open episodes of ``scenes``, and what was so.

    Returns:
        ``open``: open episodes; ``spoke``: those of which it said anything; ``stated``: the mean of
        that; ``observed``: the share that it should have stated, with ``ci95`` by bootstrap over
        scenes; ``observed_among_events``: the same in scenes with events alone, for whoever says
        nothing but that a scene has some is right of all others. None where it never spoke.
    """
    rows = np.array([_counted(truth, found, modality) for truth, found in scenes])
    eventful = np.array([bool(truth.events) for truth, _ in scenes])
    total, among = rows.sum(axis=0), rows[eventful].sum(axis=0)
    draws = np.random.default_rng(3).multinomial(
        len(rows), np.full(len(rows), 1 / len(rows)), ROUNDS
    )
    low, high = np.percentile(_observed(draws @ rows), [2.5, 97.5])
    spoke = int(total[0] + total[1])
    return {
        "open": int(total[:4].sum()),
        "spoke": spoke,
        "stated": round(float(total[4]) / spoke, 3) if spoke else None,
        "observed": round(float(_observed(total[None])[0]), 3) if spoke else None,
        "ci95": [round(float(low), 3), round(float(high), 3)] if spoke else None,
        "observed_among_events": round(float(_observed(among[None])[0]), 3) if spoke else None,
    }


def _counted(truth: Truth, found: Sequence[Episode], modality: str) -> list[float]:
    """Distress and not where it spoke, the same where it was silent, the sum of what it said."""
    counts = [0.0] * 5
    for one in found:
        if not OPEN[0] <= one.sound < OPEN[1]:
            continue
        distress = any(e.onset_s <= one.at_s <= e.offset_s + AFTER_S for e in truth.events)
        stated = one.stated.get(modality)
        counts[(0 if stated is not None else 2) + (0 if distress else 1)] += 1
        counts[4] += stated or 0.0
    return counts


def _observed(counts: Doubles) -> Doubles:
    """The share, at even odds, of (n, 5) counts."""
    spoke_so, spoke_not, silent_so, silent_not = (counts[:, i] + IMAGINED for i in range(4))
    ratio = (spoke_so / spoke_not) / (silent_so / silent_not)
    return np.asarray(ratio / (1.0 + ratio))
