"""One probability from several: a weighted log-odds sum (logarithmic opinion pool).

``p = σ(Σ wᵢ·logit(pᵢ) / Σ wᵢ)`` over the modalities that are present and fresh. It is the
normalised geometric mean of the odds: the only pool that does not depend on whether evidence
that everybody shares is taken in before or after pooling (Genest, "A characterization theorem
for externally Bayesian groups", Annals of Statistics 12, 1984; Genest & Zidek, "Combining
probability distributions", Statistical Science 1, 1986). Weights that sum to one keep it from
counting the same scream twice, as a naive-Bayes sum of dependent modalities would.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from daemon.fusion.reading import Reading
from daemon.wire.alert import Evidence
from daemon.wire.base import Modality
from models.features.constants import SAMPLE_RATE

CLIP = 1e-4
"""No modality may veto: beyond these odds (1 to 9,999) a calibration claims more than it knows."""


@dataclass(frozen=True, slots=True)
class Fused:
    """A fused probability, and what each modality had to do with it."""

    score: float
    evidence: dict[Modality, Evidence]


NOTHING = Fused(0.0, {})
"""What no fresh modality at all amounts to."""


def fuse(
    readings: Mapping[Modality, Reading],
    now_sample: int,
    weight: Mapping[Modality, float],
    fresh_s: Mapping[Modality, float],
) -> Fused:
    """Pool the readings that are fresh at ``now_sample``.

    A slow modality that speaks for distress, but less than sound does, would lower a weighted
    mean. It counts as much as sound then: evidence for distress never makes distress less likely,
    nor does evidence against it make it more likely.

    Args:
        readings: the newest reading of each modality that is present.
        now_sample: absolute sample index of the moment; a reading from after it has age 0.
        weight: each modality's weight, > 0; renormalised over those that take part.
        fresh_s: the age in seconds up to which each modality takes part.
    """
    fresh = [
        (modality, reading, age_s)
        for modality, reading in readings.items()
        if (age_s := max(0.0, (now_sample - reading.sample) / SAMPLE_RATE)) <= fresh_s[modality]
    ]
    if not fresh:
        return NOTHING
    total = math.fsum(weight[modality] for modality, _, _ in fresh)
    sound = next((_logit(r.probability) for modality, r, _ in fresh if modality == "audio"), None)
    log_odds = math.fsum(
        weight[modality] * _beside(sound, _logit(reading.probability))
        for modality, reading, _ in fresh
    )
    return Fused(
        1.0 / (1.0 + math.exp(-log_odds / total)),
        {
            modality: Evidence(
                probability=reading.probability,
                weight=min(1.0, weight[modality] / total),
                age_s=age_s,
            )
            for modality, reading, age_s in fresh
        },
    )


def _beside(sound: float | None, own: float) -> float:
    """The log-odds that a slow modality contributes beside those of sound."""
    if sound is None:
        return own
    return max(own, sound) if own >= 0.0 else min(own, sound)


def _logit(probability: float) -> float:
    clipped = min(1.0 - CLIP, max(CLIP, probability))
    return math.log(clipped / (1.0 - clipped))
