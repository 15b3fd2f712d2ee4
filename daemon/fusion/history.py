"""What the people of this place said of past alerts like the present sound.

The probability means: of alerts that sounded like this one here, the share that was not marked
as false, by Laplace's rule with two imagined alerts on each side, so that a single word moves
little. ``ack`` says that somebody has seen an alert, not that it was right, and counts half.
Where nobody has said anything of such a sound, history is absent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from daemon.config.schema import Thresholds
from daemon.fusion.level import RANK, level_of
from daemon.wire.base import LEVELS, Kind

IMAGINED: Final = 2.0  # alerts of either kind that are assumed before anybody has said anything
SEEN: Final = 0.5  # of a right alert, that an ``ack`` counts


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
class History:
    """Remarks that have not expired."""

    remarks: Sequence[Remark] = ()

    def probability(self, kind: Kind, sound: str | None) -> float | None:
        """What was said of alerts of this kind and strongest sound; None if nothing was."""
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
