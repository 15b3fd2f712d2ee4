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

from models.features.constants import HOP, HOPS_PER_SECOND, MOST_HOPS, SAMPLE_RATE
from models.features.loudness import Loudness
from models.features.settings import require_numbers

SILENCE_DB = -100.0


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

    def __post_init__(self) -> None:
        require_numbers(self)


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
    """Hops of samples in, open or closed out.

    What does not depend on the hops before is computed for several at once: array operations on
    one hop take little longer than on ten.
    """

    def __init__(self, settings: GateSettings) -> None:
        self.settings = settings
        self._vad = webrtcvad.Vad(settings.vad_mode)
        self._loudness = Loudness()
        self._pcm = np.empty((MOST_HOPS, HOP), np.int16)
        self._scaled = np.empty((MOST_HOPS, HOP), np.float32)
        self._bytes = self._pcm.data.cast("B")
        self._recent: deque[bool] = deque(maxlen=settings.confirm_of)
        self._floor = NoiseFloor(settings.floor_s)
        self._remaining = 0
        self._hops = np.empty((0, HOP), np.float32)
        self._powers: list[tuple[float, float]] = []
        self._has_pcm = False
        self.level_db = SILENCE_DB
        self.is_open = False

    @property
    def floor_db(self) -> float:
        """The noise floor, dBFS."""
        return self._floor.db

    def step(self, hop: NDArray[np.float32]) -> bool:
        """Whether the gate is open after ``hop``, (160,) float32."""
        self.take(hop.reshape(1, HOP))
        return self.decide(0)

    def take(self, hops: NDArray[np.float32]) -> None:
        """Look at the next hops, (n, 160) float32, which :meth:`decide` then judges in order."""
        self._hops = hops
        self._powers = self._loudness(hops)
        self._has_pcm = False

    def decide(self, number: int) -> bool:
        """Whether the gate is open after hop ``number`` of those taken last."""
        settings = self.settings
        power, whitened = self._powers[number]
        self.level_db = 10.0 * math.log10(power + 1e-10)
        floor = self._floor
        floor.step(whitened)
        over = floor.level_db - floor.db
        spread = floor.spread_db
        active = self.level_db > settings.quietest_db and (
            over > max(settings.open_db, settings.open_spreads * spread)
            or (
                over > max(settings.voice_db, settings.voice_spreads * spread)
                and self._voice(number)
            )
        )
        self._recent.append(active)
        if active and (self.is_open or sum(self._recent) >= settings.confirm):
            self._remaining = settings.hangover
            self.is_open = True
        elif self.is_open:
            self._remaining -= 1
            self.is_open = self._remaining > 0
        return self.is_open

    def interrupt(self) -> None:
        """Samples are missing before the next hop: the gate closes; the floor stays."""
        self._recent.clear()
        self._remaining = 0
        self.is_open = False

    def _voice(self, number: int) -> bool:
        if not self._has_pcm:
            count = len(self._hops)
            scaled = np.multiply(self._hops, np.float32(32767.0), out=self._scaled[:count])
            np.maximum(scaled, np.float32(-32768.0), out=scaled)
            np.minimum(scaled, np.float32(32767.0), out=scaled)
            self._pcm[:count] = scaled
            self._has_pcm = True
        hop = self._bytes[2 * HOP * number : 2 * HOP * (number + 1)]
        return bool(self._vad.is_speech(hop, SAMPLE_RATE))
