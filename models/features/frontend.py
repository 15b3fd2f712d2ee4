"""Gate, gain and features as one causal step: what training sees is what the daemon hears."""

from collections import deque

import numpy as np
from numpy.typing import NDArray

from models.features.conditioning import Conditioner
from models.features.constants import FRAME, HOP
from models.features.gain import GainSettings
from models.features.gate import GateSettings
from models.features.history import History
from models.features.mfcc import N_MFCC, MfccExtractor

Float = NDArray[np.float32]


class FrontEnd:
    """Hops of 160 samples in; features of the frames that the network is to step through, out.

    While the gate is closed nothing comes out. When it opens, the frames of the pre-roll come
    first; all-zero frames are skipped. ``frames`` holds the samples, (n, 400) under the gain, that
    the features of the last step were made of.
    """

    SLACK = 64  # hops between two moves of the history to the front of its buffer

    def __init__(self, gate: GateSettings, gain: GainSettings) -> None:
        self._conditioner = Conditioner(gate, gain)
        self.gate = self._conditioner.gate
        self._mfcc = MfccExtractor()
        self._keep = gate.preroll * HOP + FRAME
        self._history = History(self._keep, slack=self.SLACK * HOP)
        self._gains: deque[float] = deque(maxlen=gate.preroll + 1)
        self.frames = np.empty((gate.preroll + 1, FRAME), np.float32)
        self._features = np.empty((gate.preroll + 1, N_MFCC), np.float32)
        self.opened = False

    def step(self, hop: Float) -> Float:
        """Features of the frames to step through after ``hop``, (n, 13); n is 0, 1 or a pre-roll.

        The array is a view into a buffer that the next call overwrites. ``opened`` tells
        whether this hop opened the gate: the network's state is to be reset first.
        """
        self._history.add(self._conditioner.step(hop))
        self._gains.append(self._conditioner.gain)
        self.opened = self._conditioner.opened
        if not self.gate.is_open:
            return self._features[:0]
        count, recent = 0, self._history.last(self._keep)
        for back in range(len(self._gains) - 1 if self.opened else 0, -1, -1):
            end = self._keep - back * HOP
            frame = self.frames[count]
            np.multiply(recent[end - FRAME : end], self._gains[-1 - back], out=frame)
            if frame.any():
                self._mfcc(frame, self._features[count])
                count += 1
        return self._features[:count]

    def interrupt(self) -> None:
        """Samples are missing before the next hop: the stretch ends, its history is silence."""
        self._conditioner.interrupt()
        self._history.forget()
        self._gains.clear()
