"""One probability from several: what sound says, moved by what each slow modality adds.

``logit p = logit(sound) + Σ (wᵢ / w_sound) · fadeᵢ · (logit pᵢ − logit priorᵢ)`` over the slow
modalities that are present and fresh. A calibrated probability is its prior and its evidence; the
prior of what people say in general is no evidence of what is heard now, so that only the log-odds
beyond it count: a modality that is absent, or says what it says of anything, changes nothing, and
sound alone keeps its own probability. With all weights equal it would be Bayes' rule for
witnesses that are independent of each other; the weights discount what they share (a logarithmic
opinion pool: Genest & Zidek, "Combining probability distributions", Statistical Science 1, 1986).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from daemon.fusion.reading import Reading
from daemon.wire.base import Modality
from models.features.constants import SAMPLE_RATE

EVEN = 0.5
CLIP = 1e-4
"""No modality may veto: beyond these odds (1 to 9,999) a calibration claims more than it knows."""


class Share(NamedTuple):
    """What one modality says, with its share in the fused log-odds (all sum to 1) and its age."""

    probability: float
    weight: float
    age_s: float


@dataclass(frozen=True, slots=True)
class Fused:
    """A fused probability, and what each modality had to do with it."""

    score: float
    evidence: dict[Modality, Share]


NOTHING = Fused(0.0, {})
"""What no fresh sound at all amounts to."""


def fuse(
    readings: Mapping[Modality, Reading],
    now_sample: int,
    weight: Mapping[Modality, float],
    fresh_s: Mapping[Modality, float],
) -> Fused:
    """Weigh the readings that are fresh at ``now_sample``; without sound there is nothing to weigh.

    Evidence fades: a slow modality counts in full when it is new, and nothing once it is as old
    as ``fresh_s``.

    Args:
        readings: the newest reading of each modality that is present.
        now_sample: absolute sample index of the moment; a reading from after it has age 0.
        weight: each modality's weight, > 0; sound's is the measure of the others.
        fresh_s: the age in seconds up to which each modality takes part.
    """
    if len(readings) == 1 and "audio" in readings:
        return _alone(readings["audio"], now_sample, fresh_s["audio"])
    ages: dict[Modality, float] = {
        modality: age_s
        for modality, reading in readings.items()
        if (age_s := max(0.0, (now_sample - reading.sample) / SAMPLE_RATE)) <= fresh_s[modality]
    }
    if "audio" not in ages:
        return NOTHING
    log_odds = _logit(readings["audio"].probability) + math.fsum(
        weight[modality]
        / weight["audio"]
        * _fade(age_s, fresh_s[modality])
        * beyond(readings[modality])
        for modality, age_s in ages.items()
        if modality != "audio"
    )
    total = math.fsum(weight[modality] for modality in ages)
    return Fused(
        1.0 / (1.0 + math.exp(-log_odds)),
        {
            modality: Share(
                probability=readings[modality].probability,
                weight=min(1.0, weight[modality] / total),
                age_s=age_s,
            )
            for modality, age_s in ages.items()
        },
    )


def _alone(sound: Reading, now_sample: int, fresh_s: float) -> Fused:
    """The same where there is nothing but sound, which is nearly always."""
    age_s = max(0.0, (now_sample - sound.sample) / SAMPLE_RATE)
    if age_s > fresh_s:
        return NOTHING
    score = 1.0 / (1.0 + math.exp(-_logit(sound.probability)))
    return Fused(score, {"audio": Share(sound.probability, 1.0, age_s)})


def moved(probability: float, evidence: float) -> float:
    """``probability`` with as many log-odds of evidence added."""
    return 1.0 / (1.0 + math.exp(-_logit(probability) - evidence))


def beyond(reading: Reading) -> float:
    """The evidence in ``reading``: its log-odds beyond those of its prior.

    What is sooner no distress than distress is no word for it, however rare distress is: phrases
    that are invented in noise are of that kind.
    """
    evidence = _logit(reading.probability) - _logit(reading.prior)
    return min(evidence, 0.0) if reading.probability < EVEN else evidence


def _fade(age_s: float, fresh_s: float) -> float:
    return 1.0 - age_s / fresh_s if fresh_s > 0.0 else 1.0


def _logit(probability: float) -> float:
    clipped = min(1.0 - CLIP, max(CLIP, probability))
    return math.log(clipped / (1.0 - clipped))
