"""Sound events by both networks: the student hears every window, and YAMNet what that suspects.

Their misses differ: YAMNet has heard millions of sounds and few that are far or among others, the
student the reverse. The mean of their log-odds finds more at the same number of false alarms than
either. In ordinary speech the student suspects nothing in 93 of 100 windows, so that the second
opinion costs next to nothing.
"""

import numpy as np
from numpy.typing import NDArray

from models.calibration import log_odds, probability
from models.sounds.by_yamnet import YamnetEvents
from models.sounds.student import Student

Float = NDArray[np.float32]

# Chosen on the development fold: from -1.5 on, whatever is found is found with fewer false alarms
# of infants, games and streets; from -0.5 on ordinary speech is heard amiss.
ASKED_FROM = -1.0  # log-odds by the student, of distress or of an infant
# An infant is told apart best by the student: what speaks for one speaks against distress.
INFANT, INFANT_FROM = 0.3, -2.0  # weight of the infant's log-odds, and where they begin to count


class Pair:
    """Hears the last 0.975 s when it is asked to. One object, one thread.

    Args:
        student: hears every window.
        yamnet: is asked for its opinion.

    Attributes:
        hears_voices: the student hears fear and anger in speech.
        grouped: (11,) the student's scores, the strongest of each of GROUPS.
        around: (4,) the strongest score of each of AROUND, by whichever has heard it best.
        distress: calibrated probability of distress.
        infant: calibrated probability of an infant crying.
        log_odds: (2,) of distress and of an infant, before the calibration of both together.
        asked: windows that YAMNet has heard.
    """

    hears_voices = True

    def __init__(self, student: Student, yamnet: YamnetEvents) -> None:
        self._student = student
        self._yamnet = yamnet
        self.grouped, self.around = student.grouped, student.around
        self.log_odds = np.zeros(2)
        self.distress = self.infant = 0.0
        self.asked = 0

    def hear(self, samples: Float, hops: int) -> None:
        """Take in the last window.

        Args:
            samples: (15600,) float32 at 16 kHz, in [-1, 1].
            hops: how many of its hops are new since the last call; all of them at most.
        """
        student, yamnet = self._student, self._yamnet
        student.hear(samples, hops)
        distress, infant = student.scaled("distress"), student.scaled("infant")
        self.around = student.around
        if max(distress, infant) >= ASKED_FROM:
            yamnet.hear(samples, hops)
            self.asked += 1
            self.around = np.maximum(student.around, yamnet.around)
            distress = 0.5 * (distress + log_odds(yamnet.distress))
            distress -= INFANT * max(0.0, infant - INFANT_FROM)
            infant = 0.5 * (infant + log_odds(yamnet.infant))
        self.log_odds[:] = distress, infant
        weight, bias = student.scaling["pair"]
        self.distress = probability(weight * distress + bias)
        self.infant = probability(infant)

    def top(self, count: int = 3) -> tuple[tuple[str, float], ...]:
        """The strongest classes by name, strongest first."""
        return self._student.top(count)

    def forget(self) -> None:
        """What comes next does not follow what was heard."""
        self._student.forget()
        self._yamnet.forget()
        self.distress = self.infant = 0.0
