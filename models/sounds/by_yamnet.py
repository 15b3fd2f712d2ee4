"""Sound events by YAMNet, with the calibration that stands in the acoustic weights."""

import numpy as np
from numpy.typing import NDArray

from models.calibration import FEATURES, Calibration, sound_features
from models.sounds.yamnet import Yamnet

Float = NDArray[np.float32]


class YamnetEvents:
    """Hears the last 0.975 s when it is asked to. One object, one thread.

    Args:
        yamnet: the network.
        calibration: over the logarithms of its groups' scores.

    Attributes:
        hears_voices: it hears nothing in acted fear and anger.
        grouped: (11,) the strongest score of each of GROUPS.
        around: (4,) the strongest score of each of AROUND.
        distress: calibrated probability of distress.
        infant: calibrated probability of an infant crying.
    """

    hears_voices = False

    def __init__(self, yamnet: Yamnet, calibration: Calibration) -> None:
        self._yamnet = yamnet
        self._calibration = calibration
        self._figures = np.zeros(len(FEATURES), np.float32)
        self._scores = np.zeros(len(yamnet.class_names), np.float32)
        self.grouped, self.around = yamnet.grouped, yamnet.around
        self.distress = self.infant = 0.0

    def hear(self, samples: Float, hops: int) -> None:  # noqa: ARG002 - each window is heard whole
        """Take in the last window, (15600,) float32 at 16 kHz."""
        self._scores = self._yamnet(samples)
        sound_features(self.grouped, self._figures)
        self.distress, self.infant = self._calibration(self._figures)

    def top(self, count: int = 3) -> tuple[tuple[str, float], ...]:
        """The strongest classes by name, strongest first."""
        return self._yamnet.top(self._scores, count)

    def forget(self) -> None:
        """What comes next does not follow what was heard."""
        self.distress = self.infant = 0.0
