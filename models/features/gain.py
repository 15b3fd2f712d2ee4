"""One causal gain for training and daemon alike.

A file's peak is known before it is heard and a stream's never is, so loudness is followed as it
comes: an envelope that rises within tens of milliseconds and sinks over many seconds, and a gain
that brings it to a fixed level. Its state is carried across stretches.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.features.constants import HOPS_PER_SECOND
from models.features.settings import require_numbers


@dataclass(frozen=True, slots=True)
class GainSettings:
    """Parameters of the gain; they travel in the weights' metadata.

    Attributes:
        target_db: the level, dBFS rms, to which the envelope is brought.
        floor_db: the envelope never sinks below this, so that silence is not blown up.
        attack_s: time constant of the envelope's rise.
        release_db_per_s: how fast the envelope sinks.
        most_db: the gain is held within ± this.
    """

    target_db: float = -20.0
    floor_db: float = -55.0
    attack_s: float = 0.03
    release_db_per_s: float = 3.0
    most_db: float = 35.0

    def __post_init__(self) -> None:
        require_numbers(self)


class Gain:
    """Hop by hop: level in, factor out."""

    def __init__(self, settings: GainSettings) -> None:
        self.settings = settings
        self._rise = 1.0 - float(np.exp(-1.0 / (settings.attack_s * HOPS_PER_SECOND)))
        self._fall = settings.release_db_per_s / HOPS_PER_SECOND
        self.reset()

    def reset(self) -> None:
        """Forget everything heard, as at the start of a stream."""
        self.envelope_db = self.settings.floor_db

    def step(self, level_db: float) -> float:
        """The linear factor for the frame that ends with a hop of ``level_db`` (dBFS rms)."""
        settings = self.settings
        envelope = self.envelope_db
        if level_db > envelope:
            envelope += self._rise * (level_db - envelope)
        else:
            envelope = max(envelope - self._fall, level_db, settings.floor_db)
        self.envelope_db = envelope
        wanted = settings.target_db - envelope
        most = settings.most_db
        bounded = min(max(wanted, -most), most)
        return float(10.0 ** (bounded / 20.0))


def gains(levels_db: Iterable[float], settings: GainSettings) -> NDArray[np.float32]:
    """The factor of every hop of a stream, from its beginning."""
    gain = Gain(settings)
    return np.array([gain.step(level) for level in levels_db], np.float32)
