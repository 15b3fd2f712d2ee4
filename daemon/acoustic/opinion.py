"""What a second ear says of the same sound."""

import math
from dataclasses import dataclass
from typing import Final

from models.features.constants import SAMPLE_RATE

FRESH: Final = 5 * SAMPLE_RATE // 8
"""Samples for which an opinion counts from the end of its window on: a little longer than until
the next one comes."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """Evidence that is added to that of the hop loop.

    Attributes:
        sample: absolute index after the last sample of the window that it is about.
        evidence: log-odds of distress; bounded by who made it.

    Raises:
        ValueError: the evidence is no number: in a sum it would silence the alarm.
    """

    sample: int
    evidence: float

    def __post_init__(self) -> None:
        if not math.isfinite(self.evidence):
            raise ValueError(f"an opinion of {self.evidence} at sample {self.sample}")

    def counts(self, sample: int) -> bool:
        """Whether it speaks of what is heard at ``sample``."""
        return 0 <= sample - self.sample <= FRESH
