"""What hears sound events, whichever network it is."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.features.constants import FRAME, HOP

Float = NDArray[np.float32]

HEARD_HOPS = 96  # of a window
WINDOW = HEARD_HOPS * HOP + FRAME - HOP  # samples: 0.975 s, YAMNet's 15,600 and 96 whole frames


class SoundNetwork(Protocol):
    """Hears the last 0.975 s when it is asked to. One object, one thread.

    Attributes:
        hears_voices: whether fear and anger in speech are in ``distress``. Where they are not, the
            LSTM's own probability is counted beside it.
        grouped: (11,) the strongest score of each of ``groups.GROUPS``.
        around: (4,) the strongest score of each of ``groups.AROUND``.
        distress: calibrated probability of distress.
        infant: calibrated probability of an infant crying.
    """

    hears_voices: bool
    grouped: Float
    around: Float
    distress: float
    infant: float

    def hear(self, samples: Float, hops: int) -> None:
        """Take in the last window.

        Args:
            samples: (15600,) float32 at 16 kHz, in [-1, 1].
            hops: how many of its hops are new since the last call; all of them at most.
        """

    def top(self, count: int = 3) -> tuple[tuple[str, float], ...]:
        """The strongest classes by name, strongest first."""

    def forget(self) -> None:
        """What comes next does not follow what was heard."""
