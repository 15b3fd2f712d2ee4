"""What every hop goes through before anything listens to it: offset, gate, gain."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.features.constants import HOP, MOST_HOPS
from models.features.gain import Gain, GainSettings
from models.features.gate import SILENCE_DB, Gate, GateSettings

Float = NDArray[np.float32]

OFFSET_RATE = 0.02  # of the constant offset, per hop: half a second
OFFSET_IGNORED = 1e-4  # −80 dBFS: less is left alone, so that exact zeros stay zeros


class Conditioned(NamedTuple):
    """One hop.

    Attributes:
        samples: (160,), a row of :attr:`Conditioner.samples`.
        is_open: whether the gate is open after it.
        opened: whether it opened the gate.
        level_db: its loudness, dBFS rms.
        floor_db: the gate's noise floor, dBFS under its pre-emphasis.
        gain: factor of the frame that ends with it.
    """

    samples: Float
    is_open: bool
    opened: bool
    level_db: float
    floor_db: float
    gain: float


NOTHING = Conditioned(np.empty(0, np.float32), False, False, SILENCE_DB, SILENCE_DB, 1.0)  # noqa: FBT003


class Conditioner:
    """Several hops at once, with the outcome that each alone would have.

    Attributes:
        samples: of the hops taken in last, (n, 160), without their constant offset: those that
            came in, or a buffer that the next overwrite.
    """

    def __init__(self, gate: GateSettings, gain: GainSettings) -> None:
        self._gate = Gate(gate)
        self._gain = Gain(gain)
        self._offset: float | None = None
        self._centred = np.empty((MOST_HOPS, HOP), np.float32)
        self.samples = self._centred[:0]

    def run(self, hops: Float) -> list[Conditioned]:
        """Take in the next hops, (n, 160), at most MOST_HOPS."""
        self.samples = hops = self._without_offset(hops)
        gate, gain = self._gate, self._gain
        gate.take(hops)
        found = []
        for number, samples in enumerate(hops):
            was_open = gate.is_open
            is_open = gate.decide(number)
            opened = is_open and not was_open
            factor = gain.step(gate.level_db)
            found.append(
                Conditioned(samples, is_open, opened, gate.level_db, gate.floor_db, factor)
            )
        return found

    def interrupt(self) -> None:
        """Samples are missing before the next hop: the stretch ends; the room is the same."""
        self._gate.interrupt()

    def _without_offset(self, hops: Float) -> Float:
        """Cheap converters add a constant, which would pass for loudness."""
        offsets = [
            self._follow(total / HOP, hops[number])
            for number, total in enumerate(np.add.reduce(hops, axis=1).tolist())
        ]
        if not any(offsets):
            return hops
        column = np.array(offsets, np.float32)[:, None]
        return np.subtract(hops, column, out=self._centred[: len(hops)])

    def _follow(self, mean: float, hop: Float) -> float:
        """The offset to be taken from ``hop``, whose samples have this mean."""
        if mean == 0.0 and not hop.any():
            return 0.0  # digital silence stays what it is
        if self._offset is None:
            self._offset = mean
        self._offset += OFFSET_RATE * (mean - self._offset)
        return 0.0 if abs(self._offset) < OFFSET_IGNORED else self._offset
