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
from models.evaluation.spoken.words import AFTER_S, Uttered

Doubles = NDArray[np.float64]

# Close together where sound alone raises enough false alarms to be compared.
THRESHOLDS: Final = (
    0.4, 0.42, 0.44, 0.46, 0.48, 0.5, 0.54, 0.57, 0.6, 0.63, 0.66, 0.68, 0.7, 0.72, 0.75, 0.8, 0.86,
    0.92,
)  # fmt: skip
LEAST_ALARMS: Final = 20  # of sound alone, for a comparison to say anything
ROUNDS: Final = 2_000
SOUND: Final = "audio"
ALL: Final = "audio+text+context+history"

Curve = Mapping[float, tuple[Alert, ...]]


@dataclass(frozen=True, slots=True)
class HeardWords:
    """What became of one scene with words.

    Attributes:
        by_arm: alerts for each arm and threshold of a warning.
        transcripts: utterances whose words were believed.
    """

    truth: Truth
    uttered: tuple[Uttered, ...]
    by_arm: Mapping[str, Curve]
    transcripts: int


@dataclass(frozen=True, slots=True)
class Counts:
    """Of one arm, by scene and threshold, (scenes, thresholds)."""

    found: Doubles
    false: Doubles
    events: Doubles
    hours: Doubles

    def curve(self, scenes: NDArray[np.intp]) -> tuple[Doubles, Doubles]:
        """Recall, and false alarms an hour, by threshold, over the scenes drawn."""
        events = max(1.0, float(self.events[scenes].sum()))
        hours = max(1e-9, float(self.hours[scenes].sum()))
        return self.found[scenes].sum(axis=0) / events, self.false[scenes].sum(axis=0) / hours


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
        "ablation": views,
    }


def _view(heard: Sequence[HeardWords], configured: float, *, settled: bool) -> dict[str, Any]:
    everything = np.arange(len(heard))
    sound = counts(heard, SOUND, settled=settled)
    recall, rate = sound.curve(everything)
    alarms = sound.false.sum(axis=0)
    enough = [i for i in range(len(THRESHOLDS)) if alarms[i] >= LEAST_ALARMS]
    if not enough:
        raise ValueError("too few false alarms of sound alone to compare anything")
    place = min(enough, key=lambda i: abs(THRESHOLDS[i] - configured))
    arms: dict[str, Any] = {}
    for arm in heard[0].by_arm:
        if arm == SOUND:
            continue
        other = counts(heard, arm, settled=settled)
        arms[arm] = _against(sound, other, place) | {
            "points": [
                _against(sound, other, i, rounds=0) | {"audio_threshold": THRESHOLDS[i]}
                for i in enough
            ]
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


def _against(sound: Counts, other: Counts, place: int, rounds: int = ROUNDS) -> dict[str, Any]:
    everything = np.arange(len(sound.hours))
    recall, rate, chosen = _matched(sound, other, place, everything)
    figure: dict[str, Any] = {
        "recall": round(recall, 4),
        "false_alarms_per_hour": round(rate, 3),
        "threshold": THRESHOLDS[chosen],
        "finds_as_much": recall >= float(sound.curve(everything)[0][place]) - 1e-9,
    }
    if rounds:
        rng = np.random.default_rng(1)
        drawn = []
        for _ in range(rounds):
            scenes = rng.integers(0, len(everything), len(everything))
            _, other_rate, _ = _matched(sound, other, place, scenes)
            drawn.append(other_rate - sound.curve(scenes)[1][place])
        low, high = np.percentile(drawn, [2.5, 97.5])
        figure["difference_ci95"] = [round(float(low), 3), round(float(high), 3)]
    return figure


def _matched(
    sound: Counts, other: Counts, place: int, scenes: NDArray[np.intp]
) -> tuple[float, float, int]:
    """Recall, false alarms an hour and threshold at which ``other`` finds as much as sound."""
    wanted = sound.curve(scenes)[0][place]
    recall, rate = other.curve(scenes)
    able = [i for i in range(len(THRESHOLDS)) if recall[i] >= wanted - 1e-9]
    best = min(able or [0], key=lambda i: (rate[i], -recall[i]))
    return float(recall[best]), float(rate[best]), best
