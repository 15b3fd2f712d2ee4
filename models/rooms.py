"""Simulated rooms: shoeboxes by the image-source method, as pyroomacoustics has it."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pyroomacoustics
from numpy.typing import NDArray
from scipy.signal import oaconvolve

from models.features.constants import SAMPLE_RATE

Float = NDArray[np.float32]

SIZE_M: Final = ((2.8, 7.0), (2.4, 5.0), (2.3, 3.0))  # a small bedroom to a large living room
RT60_S: Final = (0.15, 0.7)
MOST_REFLECTIONS: Final = 24  # the later tail lies 40 dB down even in the largest of these rooms
WALL_M: Final = 0.4  # nobody and nothing is nearer to a wall
NEAREST_M: Final = 0.5  # of a source to the microphone


@dataclass(frozen=True, slots=True)
class Room:
    """One room with one microphone.

    Attributes:
        size_m: length, width, height.
        rt60_s: time in which sound decays by 60 dB.
        microphone_m: where it stands.
    """

    size_m: tuple[float, float, float]
    rt60_s: float
    microphone_m: tuple[float, float, float]

    @classmethod
    def drawn(cls, rng: np.random.Generator) -> "Room":
        """A room by chance, its microphone on a table or a shelf."""
        length, width, height = (float(rng.uniform(*span)) for span in SIZE_M)
        # A small room cannot be very reverberant and a large one not very dry.
        walls = 2.0 * (length * width + height * (length + width))
        shortest = 0.161 * length * width * height / walls  # Sabine's, all of it absorbing
        rt60 = max(float(rng.uniform(*RT60_S)), 1.1 * shortest)
        where = (
            float(rng.uniform(WALL_M, length - WALL_M)),
            float(rng.uniform(WALL_M, width - WALL_M)),
            float(rng.uniform(0.5, 1.4)),
        )
        return cls((length, width, height), rt60, where)

    def response(self, rng: np.random.Generator) -> Float:
        """The impulse response from a place drawn by chance, (n,), its direct sound first.

        Its direct sound has the amplitude 1: levels are set where sounds are mixed.
        """
        absorption, order = pyroomacoustics.inverse_sabine(self.rt60_s, self.size_m)
        room = pyroomacoustics.ShoeBox(
            self.size_m,
            fs=SAMPLE_RATE,
            materials=pyroomacoustics.Material(absorption),
            max_order=min(order, MOST_REFLECTIONS),
        )
        room.add_source(self._place(rng))
        room.add_microphone(self.microphone_m)
        room.compute_rir()
        response = np.asarray(room.rir[0][0], np.float32)
        first = int(np.argmax(np.abs(response) >= 0.5 * np.abs(response).max()))
        response = response[max(0, first - 8) :]
        return np.asarray(response / np.abs(response[:32]).max(), np.float32)

    def _place(self, rng: np.random.Generator) -> tuple[float, float, float]:
        length, width, height = self.size_m
        while True:
            place = (
                float(rng.uniform(WALL_M, length - WALL_M)),
                float(rng.uniform(WALL_M, width - WALL_M)),
                float(rng.uniform(0.3, min(1.8, height - WALL_M))),
            )
            if float(np.linalg.norm(np.subtract(place, self.microphone_m))) >= NEAREST_M:
                return place


def reverberate(samples: Float, response: Float) -> Float:
    """``samples`` as they reach the microphone, with the room's tail: (n + m − 1,)."""
    return np.asarray(oaconvolve(samples, response), np.float32)
