"""Sound events by both networks: YAMNet hears every window, the student where YAMNet hears a cry.

Their misses differ: YAMNet has heard millions of sounds and few that are far or among others, the
student the reverse. The mean of their log-odds finds more at the same number of false alarms than
either. In ordinary speech YAMNet hears nothing in 98 of 100 windows, so that the second opinion
costs next to nothing.
"""

import math

import numpy as np
from numpy.typing import NDArray

from models.sounds.by_yamnet import YamnetEvents
from models.sounds.network import HEARD_HOPS
from models.sounds.student import Student

Float = NDArray[np.float32]

# Silence has .11 by YAMNet's calibration. Up to .16 the choice makes no difference to what is found
# on the development fold.
ASKED_FROM = 0.135  # probability by YAMNet, of distress or of an infant
# An infant is told apart best by the student: what speaks for one speaks against distress.
INFANT, INFANT_FROM = 0.3, -2.0  # weight of the infant's log-odds, and where they begin to count
LEAST = 1e-6  # probability


class Pair:
    """Hears the last 0.975 s when it is asked to. One object, one thread.

    Args:
        yamnet: hears every window.
        student: is asked for its opinion; nobody else may have it hear anything.

    Attributes:
        hears_voices: the student hears fear and anger where YAMNet hears a cry, and the LSTM's own
            probability beside them would bring back the false alarms that they leave out.
        grouped: (11,) YAMNet's scores, the strongest of each of GROUPS.
        distress: calibrated probability of distress.
        infant: calibrated probability of an infant crying.
        log_odds: (2,) of distress and of an infant, before the calibration of both together.
        asked: windows that the student has heard.
    """

    hears_voices = True

    def __init__(self, yamnet: YamnetEvents, student: Student) -> None:
        self._yamnet = yamnet
        self._student = student
        self._unheard = 0  # hops that the student has not heard
        self.grouped = yamnet.grouped
        self.log_odds = np.zeros(2)
        self.distress = self.infant = 0.0
        self.asked = 0

    def hear(self, samples: Float, hops: int) -> None:
        """Take in the last window.

        Args:
            samples: (15600,) float32 at 16 kHz, in [-1, 1].
            hops: how many of its hops are new since the last call; all of them at most.
        """
        yamnet, student = self._yamnet, self._student
        yamnet.hear(samples, hops)
        self._unheard = min(self._unheard + hops, HEARD_HOPS)
        distress, infant = _log_odds(yamnet.distress), _log_odds(yamnet.infant)
        if max(yamnet.distress, yamnet.infant) >= ASKED_FROM:
            student.hear(samples, self._unheard)
            self._unheard = 0
            self.asked += 1
            also = _log_odds(student.infant)
            distress = 0.5 * (distress + _log_odds(student.distress))
            distress -= INFANT * max(0.0, also - INFANT_FROM)
            infant = 0.5 * (infant + also)
        self.log_odds[:] = distress, infant
        weight, bias = student.scaling["pair"]
        self.distress = _probability(weight * distress + bias)
        self.infant = _probability(infant)

    def top(self, count: int = 3) -> tuple[tuple[str, float], ...]:
        """The strongest classes by name, strongest first."""
        return self._yamnet.top(count)

    def forget(self) -> None:
        """What comes next does not follow what was heard."""
        self._yamnet.forget()
        self._student.forget()
        self._unheard = 0
        self.distress = self.infant = 0.0


def _log_odds(probability: float) -> float:
    within = min(max(probability, LEAST), 1.0 - LEAST)
    return math.log(within / (1.0 - within))


def _probability(log_odds: float) -> float:
    return 1.0 / (1.0 + math.exp(-log_odds))
