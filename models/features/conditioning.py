"""What every hop goes through before anything listens to it: offset, gate, gain."""

import numpy as np
from numpy.typing import NDArray

from models.features.constants import HOP
from models.features.gain import Gain, GainSettings
from models.features.gate import Gate, GateSettings

Float = NDArray[np.float32]

OFFSET_RATE = 0.02  # of the constant offset, per hop: half a second
OFFSET_IGNORED = 1e-4  # −80 dBFS: less is left alone, so that exact zeros stay zeros


class Conditioner:
    """Hop by hop.

    Attributes:
        gate: whose state the last hop decided.
        gain: factor of the frame that ends with the last hop.
        opened: whether the last hop opened the gate.
    """

    def __init__(self, gate: GateSettings, gain: GainSettings) -> None:
        self.gate = Gate(gate)
        self.gain = 1.0
        self.opened = False
        self._gain = Gain(gain)
        self._offset: float | None = None
        self._centred = np.empty(HOP, np.float32)

    def step(self, hop: Float) -> Float:
        """``hop``, (160,), without its constant offset; a buffer that the next call overwrites."""
        hop = self._without_offset(hop)
        was_open = self.gate.is_open
        self.opened = self.gate.step(hop) and not was_open
        self.gain = self._gain.step(self.gate.level_db)
        return hop

    def interrupt(self) -> None:
        """Samples are missing before the next hop: the stretch ends; the room is the same."""
        self.gate.interrupt()

    def _without_offset(self, hop: Float) -> Float:
        """Cheap converters add a constant, which would pass for loudness."""
        mean = float(np.add.reduce(hop)) / HOP
        if mean == 0.0 and not hop.any():
            return hop  # digital silence stays what it is
        if self._offset is None:
            self._offset = mean
        self._offset += OFFSET_RATE * (mean - self._offset)
        if abs(self._offset) < OFFSET_IGNORED:
            return hop
        return np.subtract(hop, np.float32(self._offset), out=self._centred)
