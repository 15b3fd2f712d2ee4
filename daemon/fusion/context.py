"""What the last minutes say of the sound that is heard now.

The probability means: of sounds that leave it open whether they are distress (even odds), the
share that is, where the surroundings are as they are now. Each circumstance is a likelihood ratio,
added as log-odds; where there is none, context is absent, which is not the same as even odds.
Only what speaks for distress is here: a quiet talk before a scream takes nothing from the scream.
Nor is an earlier alert here: it was made of the same sounds, and a television that has raised one
would raise the next more easily.
"""

import math
from collections import deque
from collections.abc import Callable
from typing import Final

from daemon.acoustic.evidence import AcousticEvidence
from daemon.fusion.decision import Decision
from daemon.fusion.reading import Reading
from models.features.constants import SAMPLE_RATE

MINUTES: Final = 300 * SAMPLE_RATE  # what is called the last minutes
CALLED: Final = 0.5  # for each time that words of distress were heard before the newest; fades
CALLED_MOST: Final = 1.5
# What sounded within the last minute.
BROKEN: Final = 1.5  # glass broke, or a shot fell
BURNING: Final = 0.7  # an alarm within the house, which is false oftener than a shot
PASSING: Final = 0.3  # a siren: in a city there is one every hour, and it comes for somebody
SILENT: Final = 0.7  # silence since a scream that ended within the last minute
QUIET: Final = 0.4  # it is the hours in which this place is quiet, and something else speaks too
MINUTE: Final = 60 * SAMPLE_RATE
SILENCE: Final = 5 * SAMPLE_RATE
SAYS: Final = {"breaking": BROKEN, "shot": BROKEN, "fire_alarm": BURNING, "siren": PASSING}
# One that wails now may be what sounds like a cry: it would be its own context.
OVER: Final = {"siren": 2 * SAMPLE_RATE}
SOUNDED: Final = 0.2  # score from which such a sound was heard
SPEAKS_FOR: Final = 0.5
LONGEST_CRY: Final = frozenset({"scream", "pain", "shouting"})


class Context:
    """Remembers the last minutes of one stream; sample time only.

    Args:
        quiet: whether a sample lies in the hours in which this place is quiet.
    """

    def __init__(self, quiet: Callable[[int], bool] | None = None) -> None:
        self._quiet = quiet
        self._calls: deque[int] = deque(maxlen=8)
        self._sounded: dict[str, int] = {}
        self._cry_ended: int | None = None
        self._open_until = 0

    def hear(self, evidence: AcousticEvidence) -> None:
        """Take one hop in."""
        if evidence.gate:
            self._open_until = evidence.sample
        if evidence.events is not None:
            for sound, score in evidence.events.around.items():
                if score >= SOUNDED:
                    self._sounded[sound] = evidence.sample

    def read(self, said: Reading) -> None:
        """Take words in."""
        if said.probability >= SPEAKS_FOR:
            self._calls.append(said.sample)

    def decided(self, decision: Decision) -> None:
        """Take a decision of the distress track in."""
        if decision.phase == "cleared" and decision.kind in LONGEST_CRY:
            self._cry_ended = decision.sample

    def reading(self, sample: int) -> Reading | None:
        """What the last minutes say at ``sample``; None where they say nothing."""
        if not self._calls and not self._sounded and self._cry_ended is None:
            return None
        ages = [sample - at for at in list(self._calls)[:-1] if sample - at <= MINUTES]
        odds = min(CALLED_MOST, CALLED * sum(_fading(age) for age in ages))
        odds += self._around(sample)
        if self._silent_since_cry(sample):
            odds += SILENT
        if odds <= 0.0:
            return None
        if self._quiet is not None and self._quiet(sample):
            odds += QUIET
        return Reading(1.0 / (1.0 + math.exp(-odds)), sample)

    def _around(self, sample: int) -> float:
        """What sounded of late: the strongest of it, for one event is heard as several."""
        return max(
            (
                SAYS[sound]
                for sound, at in self._sounded.items()
                if OVER.get(sound, 0) <= sample - at <= MINUTE
            ),
            default=0.0,
        )

    def _silent_since_cry(self, sample: int) -> bool:
        ended = self._cry_ended
        if ended is None or not SILENCE <= sample - ended <= MINUTE:
            return False
        return self._open_until <= ended


def _fading(age: int) -> float:
    """What remains of a call after ``age`` samples: half after a minute."""
    return math.exp2(-age / MINUTE)
