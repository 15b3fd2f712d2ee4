"""What this place is usually like, and what its people said of past alerts like the present sound.

The probability means: of sounds like this one that leave it open whether they are distress, the
share that is, here and at this time of day. Two witnesses say so, and their log-odds are added:

- what people said: of alerts that sounded like this, the share that was not marked as false, by
  Laplace's rule with two imagined alerts on each side, so that a single word moves little. ``ack``
  says that somebody has seen an alert, not that it was right, and counts half;
- what is usual: a sound that is heard here on most days at this time, and nothing happens, is
  less likely to be distress. One that never is says nothing: nearly every sound is rare.

Where neither has anything to say, history is absent.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from daemon.config.schema import Thresholds
from daemon.fusion.level import RANK, level_of
from daemon.fusion.logodds import moved
from daemon.wire.base import LEVELS, Kind

IMAGINED: Final = 2.0  # alerts of either kind that are assumed before anybody has said anything
SEEN: Final = 0.5  # of a right alert, that an ``ack`` counts
EVEN: Final = 0.5  # what is said of distress, and of a sound, where nothing is known


@dataclass(frozen=True, slots=True)
class Remark:
    """The newest word on one past alert: what it sounded like, and whether it was called false.

    Acoustic summary only: no word that anybody spoke is needed to know such a sound again.
    """

    alert: str
    kind: Kind
    sound: str | None
    false: bool


@dataclass(frozen=True, slots=True)
class Usual:
    """What this place is like at this time of day.

    Attributes:
        days: on which it was heard about this time.
        heard: on how many of them each sound was, and nothing happened.
    """

    days: int = 0
    heard: Mapping[str, int] = field(default_factory=dict)

    def log_odds(self, sound: str | None) -> float | None:
        """For distress, of a sound; None where it is not usual here.

        The chance that an ordinary hour here has such a sound, by Laplace's rule, against that of
        a place of which nothing is known, which is one in two: odds are halved at most.
        """
        chance = (self.heard.get(sound or "", 0) + 1) / (self.days + 2)
        return math.log(EVEN / chance) if chance > EVEN else None


@dataclass(frozen=True, slots=True)
class History:
    """Remarks that have not expired, and what is usual now."""

    remarks: Sequence[Remark] = ()
    usual: Usual = Usual()

    @property
    def known(self) -> bool:
        """Whether there is anything to say of any sound."""
        return bool(self.remarks or self.usual.heard)

    def probability(self, kind: Kind, sound: str | None) -> float | None:
        """What is known of alerts of this kind and strongest sound; None if nothing is."""
        said, usual = self._said(kind, sound), self.usual.log_odds(sound)
        if said is None and usual is None:
            return None
        return moved(EVEN if said is None else said, usual or 0.0)

    def _said(self, kind: Kind, sound: str | None) -> float | None:
        alike = [r for r in self.remarks if r.kind == kind and r.sound == sound]
        if not alike:
            return None
        false = sum(remark.false for remark in alike)
        right = SEEN * (len(alike) - false)
        return (right + IMAGINED) / (right + false + 2 * IMAGINED)


def bounded(score: float, without: float, threshold: Thresholds) -> float:
    """``score``, held so that history lowers by one level at most, and silences no advisory.

    Args:
        score: with history.
        without: the same without it.
        threshold: where the levels begin.
    """
    if score >= without or without < threshold.advisory:
        return score
    least = LEVELS[max(0, RANK[level_of(without, threshold)] - 1)]
    return max(score, threshold.of(least))
