"""What a second ear says of the same sound."""

import math
from dataclasses import dataclass
from typing import Final

from daemon.fusion.logodds import moved
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


class Opinions:
    """The second ear's newest opinions on one stream."""

    def __init__(self) -> None:
        self._newest: Opinion | None = None
        self._evidence = 0.0

    def take(self, opinion: Opinion) -> None:
        """Take one in; one that comes after a later one is left out.

        What two in a row agree upon counts: one alone is often wrong, and whoever is afraid goes on
        being so for longer than a window moves on.
        """
        before = self._newest
        if before is not None and opinion.sample <= before.sample:
            return
        agreed = before is not None and before.counts(opinion.sample)
        self._evidence = min(opinion.evidence, before.evidence) if before and agreed else 0.0
        self._newest = opinion

    def count(self, sample: int) -> bool:
        """Whether they have anything to say of what is heard at ``sample``."""
        return self._newest is not None and self._newest.counts(sample)

    def beside(self, distress: float, sample: int) -> float:
        """Probability of distress by both ears.

        It is never less than the first ear's: an ear for voices knows less of cries.

        Args:
            distress: by the first, at ``sample``.
            sample: absolute index.
        """
        if self._evidence <= 0.0 or not self.count(sample):
            return distress
        return moved(distress, self._evidence)
