"""Sound alone against sound with words, context and history, on the same scenes.

An operating point of sound is compared with the one of each arm that finds at least as much and
raises least. Which that is, is found anew in every draw of the bootstrap: what is chosen on the
scenes that were drawn is then part of what the interval covers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.evaluation.scenes.alerts import Alert
from models.evaluation.scenes.mixing import Truth
from models.evaluation.scenes.scoring import Score, score
from models.evaluation.spoken.reliability import Episode, reliability
from models.evaluation.spoken.words import AFTER_S, Uttered

Doubles = NDArray[np.float64]

# Close together where sound alone raises enough false alarms to be compared.
THRESHOLDS: Final = (
    0.4, 0.42, 0.44, 0.46, 0.48, 0.5, 0.54, 0.57, 0.6, 0.63, 0.66, 0.68, 0.7, 0.72, 0.75, 0.8, 0.86,
    0.92,
)  # fmt: skip
LEAST_ALARMS: Final = 20  # of sound alone, for a comparison to say anything
ROUNDS: Final = 2_000
SAME: Final = 1e-9  # shares that differ by less are equal
SOUND: Final = "audio"
ALL: Final = "audio+text+context+history"

Curve = Mapping[float, tuple[Alert, ...]]


@dataclass(frozen=True, slots=True)
class HeardWords:
    """What became of one scene with words.

    Attributes:
        by_arm: alerts for each arm and threshold of a warning.
        transcripts: utterances whose words were believed.
        episodes: what was suspicious, and what was said of it.
    """

    truth: Truth
    uttered: tuple[Uttered, ...]
    by_arm: Mapping[str, Curve]
    transcripts: int
    episodes: tuple[Episode, ...] = ()


@dataclass(frozen=True, slots=True)
class Counts:
    """Of one arm, by scene and threshold, (scenes, thresholds)."""

    found: Doubles
    false: Doubles
    events: Doubles
    hours: Doubles

    def curves(self, draws: NDArray[Any]) -> tuple[Doubles, Doubles]:
        """Recall, and false alarms an hour, (draws, thresholds).

        Args:
            draws: how often each scene was drawn, (draws, scenes).
        """
        events = np.maximum(1.0, draws @ self.events)[:, None]
        hours = np.maximum(1e-9, draws @ self.hours)[:, None]
        return draws @ self.found / events, draws @ self.false / hours


def counts(heard: Sequence[HeardWords], arm: str, *, settled: bool) -> Counts:
    """Count found events and false alarms.

    Args:
        heard: the scenes.
        arm: which modalities took part.
        settled: by the level that an alert has in the end, else by the highest that it had.
    """
    rows = [[_score(one, one.by_arm[arm][t], settled=settled) for t in THRESHOLDS] for one in heard]
    return Counts(
        np.array([[sum(o.found for o in s.outcomes) for s in row] for row in rows], float),
        np.array([[len(s.false_alarms) for s in row] for row in rows], float),
        np.array([len(one.truth.events) for one in heard], float),
        np.array([sum(row[0].negative_s.values()) / 3600 for row in rows]),
    )


def _score(one: HeardWords, alerts: Sequence[Alert], *, settled: bool) -> Score:
    seen = [a if a.stands or not settled else replace(a, warned_s=None) for a in alerts]
    return score(one.truth, seen, AFTER_S)


def figures(heard: Sequence[HeardWords], configured: float) -> dict[str, Any]:
    """What `distressd evaluate --suite fusion --json` prints of scenes.

    Args:
        heard: the scenes, each with the same arms.
        configured: the threshold of a warning that the daemon runs with.
    """
    views = {
        "settled": _view(heard, configured, settled=True),
        "highest": _view(heard, configured, settled=False),
    }
    first = views["settled"]
    return {
        "audio": first["audio"],
        "fused": first["arms"][ALL],
        "scenes": len(heard),
        "events": int(sum(len(one.truth.events) for one in heard)),
        "sentences": sum(len(one.uttered) for one in heard),
        "believed_transcripts": sum(one.transcripts for one in heard),
        "reliability": {
            name: reliability([(one.truth, one.episodes) for one in heard], name)
            for name in ("context", "history")
        },
        "ablation": views,
    }


def _view(heard: Sequence[HeardWords], configured: float, *, settled: bool) -> dict[str, Any]:
    sound = counts(heard, SOUND, settled=settled)
    recall, rate = (one[0] for one in sound.curves(np.ones((1, len(heard)))))
    alarms = sound.false.sum(axis=0)
    enough = [i for i in range(len(THRESHOLDS)) if alarms[i] >= LEAST_ALARMS]
    if not enough:
        raise ValueError("too few false alarms of sound alone to compare anything")
    place = min(enough, key=lambda i: abs(THRESHOLDS[i] - configured))
    draws = np.random.default_rng(1).multinomial(
        len(heard), np.full(len(heard), 1 / len(heard)), ROUNDS
    )
    arms: dict[str, Any] = {}
    for arm in heard[0].by_arm:
        if arm == SOUND:
            continue
        other = counts(heard, arm, settled=settled)
        points = {i: _against(sound, other, i, draws) for i in enough}
        arms[arm] = points[place] | {
            "points": [point | {"audio_threshold": THRESHOLDS[i]} for i, point in points.items()]
        }
    return {
        "audio": {
            "recall": round(float(recall[place]), 4),
            "false_alarms_per_hour": round(float(rate[place]), 3),
            "false_alarms": int(alarms[place]),
            "threshold": THRESHOLDS[place],
        },
        "arms": arms,
    }


def _against(sound: Counts, other: Counts, place: int, draws: NDArray[np.int64]) -> dict[str, Any]:
    """Sound at ``place`` of THRESHOLDS against ``other``; ``draws`` of scenes as `curves` takes."""
    each_once = np.ones((1, len(sound.hours)))
    wanted, rate = (float(one[0, place]) for one in sound.curves(each_once))
    recall, other_rate = (one[0] for one in other.curves(each_once))
    able = [i for i in range(len(THRESHOLDS)) if recall[i] >= wanted - SAME]
    chosen = min(able or [0], key=lambda i: (other_rate[i], -recall[i]))
    low, high = np.percentile(_differences(sound, other, place, draws), [2.5, 97.5])
    return {
        "recall": round(float(recall[chosen]), 4),
        "false_alarms_per_hour": round(float(other_rate[chosen]), 3),
        "audio_false_alarms_per_hour": round(rate, 3),
        "threshold": THRESHOLDS[chosen],
        "finds_as_much": bool(able),
        "difference_ci95": [round(float(low), 3), round(float(high), 3)],
    }


def _differences(sound: Counts, other: Counts, place: int, draws: NDArray[np.int64]) -> Doubles:
    """False alarms an hour of ``other`` less those of sound, in draws of scenes, (draws,).

    In each draw the threshold is found anew at which ``other`` finds as much as sound.
    """
    wanted, rate = (one[:, place] for one in sound.curves(draws))
    recall, other_rate = other.curves(draws)
    able = recall >= wanted[:, None] - SAME
    least = np.where(able, other_rate, np.inf).min(axis=1)
    return np.asarray(np.where(able.any(axis=1), least, other_rate[:, 0]) - rate)
