"""What an ear is to those that listen with it."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class SoundWindow:
    """One run of the sound events: scores by group, the strongest classes, and what is around."""

    hop: int
    grouped: dict[str, float]
    top: tuple[tuple[str, float], ...]
    around: dict[str, float]


class Ear(Protocol):
    """Steps through a stream hop by hop. Attributes hold what was heard last.

    One object, one thread, no clock: the daemon's hop loop, training's calibration and evaluation
    all run this same step.

    Attributes:
        posterior: smoothed probabilities of the eight emotions; meaningful while ``is_open``.
        distress: calibrated probability of distress.
        infant: calibrated probability of an infant crying.
        window: the newest sound events, or None.
    """

    posterior: Float
    distress: float
    infant: float
    window: SoundWindow | None

    @property
    def is_open(self) -> bool:
        """Whether the gate is open."""

    @property
    def level_db(self) -> float:
        """Loudness of the last hop, dBFS rms."""

    @property
    def floor_db(self) -> float:
        """The gate's noise floor, dBFS under its pre-emphasis."""

    def expect(self, hops: Float) -> None:
        """These hops come next, (n, 160), at most MOST_HOPS: make ready for them at once.

        Optional, and each must be stepped through before more are expected, or an interruption:
        the outcome of every step is the same, to the bit.
        """

    def step(self, hop: Float) -> None:
        """Take in one hop, (160,) float32 at 16 kHz."""

    def interrupt(self) -> None:
        """Samples are missing before the next hop: nothing that was heard goes on.

        The stretch ends, and no window may join sounds that were apart, perhaps by hours. The
        noise floor and the gain's envelope stay: the room is still the same.
        """
