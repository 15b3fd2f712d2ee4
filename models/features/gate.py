"""When a stretch begins and ends: WebRTC voice activity or loudness, both over a noise floor.

Voice activity alone calls steady noise speech, and misses screams; loudness alone opens for
anything. So a hop is *active* when it stands well over the floor, or when it stands a little
over the floor and voice activity hears a voice in it.
"""

import math
from collections import deque
from dataclasses import dataclass

import numpy as np
import webrtcvad
from numpy.typing import NDArray

from models.features.constants import HOP, HOPS_PER_SECOND, SAMPLE_RATE

SILENCE_DB = -100.0
PREEMPHASIS = np.float32(0.8)  # enough against rumble; 0.97 hides quiet voices in room noise


@dataclass(frozen=True, slots=True)
class GateSettings:
    """Parameters of the gate. Levels are dBFS rms of a 10 ms hop.

    Attributes:
        vad_mode: WebRTC aggressiveness, 0 (opens easily) to 3.
        open_db: a hop this far over the floor is active by loudness alone.
        voice_db: a hop this far over the floor is active if voice activity agrees.
        open_spreads: and so many times the floor's own fluctuation over it.
        voice_spreads: the same, where voice activity agrees.
        quietest_db: no hop below this is active.
        floor_s: the floor is the quietest smoothed level of this long; steady noise closes the
            gate after that time.
        preroll: hops before the opening that belong to the stretch.
        hangover: the gate closes this many hops after the last active one.
        confirm: active hops, of the last ``confirm_of``, that open the gate.
    """

    vad_mode: int = 1
    open_db: float = 9.0
    voice_db: float = 5.0
    open_spreads: float = 5.0
    voice_spreads: float = 3.0
    quietest_db: float = -62.0
    floor_s: float = 6.0
    preroll: int = 20
    hangover: int = 50
    confirm: int = 3
    confirm_of: int = 5


def _power(samples: NDArray[np.float32]) -> float:
    """Mean square about the mean: what is slower than a hop is no sound."""
    mean = float(np.add.reduce(samples)) / len(samples)
    return max(0.0, float(np.dot(samples, samples)) / len(samples) - mean * mean)


class NoiseFloor:
    """The quietest half second of the last seconds: its mean level and how much it fluctuates.

    Mean and spread instead of a minimum, because the minimum of a fluctuating noise lies far
    below what that noise sounds like.
    """

    BLOCK = HOPS_PER_SECOND // 2
    SMOOTHING = 0.25  # of the power, per hop: about 40 ms

    def __init__(self, seconds: float) -> None:
        self._blocks: deque[tuple[float, float]] = deque(maxlen=max(1, round(seconds * 2)))
        self._power = -1.0
        self._sum = self._squares = 0.0
        self._in_block = 0
        self.db = self.level_db = SILENCE_DB
        self.spread_db = 0.0

    def step(self, power: float) -> None:
        """Take in one hop's mean square."""
        previous = power if self._power < 0 else self._power
        self._power = previous + self.SMOOTHING * (power - previous)
        level = 10.0 * math.log10(self._power + 1e-10)
        self.level_db = level
        self._sum += level
        self._squares += level * level
        self._in_block += 1
        if self._in_block == self.BLOCK or not self._blocks:
            mean = self._sum / self._in_block
            spread = math.sqrt(max(0.0, self._squares / self._in_block - mean * mean))
            if self._in_block == self.BLOCK:
                self._blocks.append((mean, spread))
                self._sum = self._squares = 0.0
                self._in_block = 0
                mean, spread = min(self._blocks)
            self.db, self.spread_db = mean, spread


class Gate:
    """Hop by hop: samples in, open or closed out."""

    def __init__(self, settings: GateSettings) -> None:
        self.settings = settings
        self._vad = webrtcvad.Vad(settings.vad_mode)
        self._pcm = np.empty(HOP, np.int16)
        self._scaled = np.empty(HOP, np.float32)
        self._bytes = self._pcm.data.cast("B")
        self._whitened = np.empty(HOP, np.float32)
        self._previous = np.float32(0.0)
        self._recent: deque[bool] = deque(maxlen=settings.confirm_of)
        self._floor = NoiseFloor(settings.floor_s)
        self._remaining = 0
        self.level_db = SILENCE_DB
        self.is_open = False

    @property
    def floor_db(self) -> float:
        """The noise floor, dBFS."""
        return self._floor.db

    def step(self, hop: NDArray[np.float32]) -> bool:
        """Whether the gate is open after ``hop``, (160,) float32."""
        settings = self.settings
        power = _power(hop)
        self.level_db = 10.0 * math.log10(power + 1e-10)
        floor = self._floor
        floor.step(self._whitened_power(hop))
        over = floor.level_db - floor.db
        spread = floor.spread_db
        active = self.level_db > settings.quietest_db and (
            over > max(settings.open_db, settings.open_spreads * spread)
            or (over > max(settings.voice_db, settings.voice_spreads * spread) and self._voice(hop))
        )
        self._recent.append(active)
        if active and (self.is_open or sum(self._recent) >= settings.confirm):
            self._remaining = settings.hangover
            self.is_open = True
        elif self.is_open:
            self._remaining -= 1
            self.is_open = self._remaining > 0
        return self.is_open

    def _whitened_power(self, hop: NDArray[np.float32]) -> float:
        """Mean square under pre-emphasis, so that rumble neither hides a voice nor opens."""
        white = self._whitened
        np.multiply(hop[:-1], PREEMPHASIS, out=white[1:])
        white[0] = self._previous * PREEMPHASIS
        np.subtract(hop, white, out=white)
        self._previous = hop[-1]
        return _power(white)

    def interrupt(self) -> None:
        """Samples are missing before the next hop: the gate closes; the floor stays."""
        self._recent.clear()
        self._remaining = 0
        self.is_open = False

    def _voice(self, hop: NDArray[np.float32]) -> bool:
        np.multiply(hop, np.float32(32767.0), out=self._scaled)
        np.clip(self._scaled, -32768.0, 32767.0, out=self._scaled)
        self._pcm[:] = self._scaled
        return bool(self._vad.is_speech(self._bytes, SAMPLE_RATE))
