"""Sample time to wall time: the one place where they meet."""

import time
from dataclasses import dataclass

from models.features.constants import SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class StreamClock:
    """Tells the wall time of samples.

    A source at real pace is heard as it happens, so that the sample now heard is of now; counting
    from an anchor would be wrong by every pause of the microphone. A recording played as fast as
    it goes has the wall time that it would have had at real pace.

    Attributes:
        live: whether samples are heard as they happen.
        began_s: wall time of sample 0 of a recording, seconds since 1970.
    """

    live: bool
    began_s: float

    @classmethod
    def now(cls, *, live: bool) -> "StreamClock":
        """A clock for a stream that begins at this moment."""
        return cls(live, time.time())

    def wall(self, sample: int) -> float:
        """Wall time of ``sample``, which has just been heard; seconds since 1970."""
        return time.time() if self.live else self.began_s + self.stream_s(sample)

    @staticmethod
    def stream_s(sample: int) -> float:
        """Sample time in seconds."""
        return sample / SAMPLE_RATE
