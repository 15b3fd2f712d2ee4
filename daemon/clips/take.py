"""The sound of one alert, while it is taken from the ring and when it is whole."""

import io
import time
from dataclasses import dataclass, replace

import numpy as np
import soundfile
from numpy.typing import NDArray

from daemon.audio.ring import ENDED, Ring
from daemon.wire.base import LEVELS, Level, rfc3339
from models.features.constants import SAMPLE_RATE

BLOCK = SAMPLE_RATE // 4
STALLED_S = 30.0  # without a sample: whatever is the matter, what is there is kept
FULL_SCALE = np.float32(32_768.0)

Pcm = NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Gap:
    """Sound that is missing.

    Attributes:
        at: samples from the beginning of the clip to what is missing.
        lost: samples that are zeros instead; None where nobody knows how many it were.
    """

    at: int
    lost: int | None

    def within(self, size: int) -> "Gap":
        """What of it lies in the first ``size`` samples."""
        return self if self.lost is None else replace(self, lost=min(self.lost, size - self.at))

    def __str__(self) -> str:
        where = f"{self.at / SAMPLE_RATE:.2f} s"
        if self.lost is None:
            return f"listening was interrupted at {where}"
        return f"from {where} on, {self.lost / SAMPLE_RATE:.2f} s are lost"


@dataclass(frozen=True, slots=True)
class Recorded:
    """A whole clip, not yet sealed.

    Attributes:
        alert: the alert's id.
        began: wall time of the first sample, seconds since 1970.
        pcm: the samples, int16.
        gaps: what is missing, in order.
    """

    alert: str
    began: float
    pcm: Pcm
    gaps: tuple[Gap, ...]

    @property
    def seconds(self) -> float:
        """Its length."""
        return len(self.pcm) / SAMPLE_RATE

    def flac(self) -> bytes:
        """As a FLAC file in memory, which says in its comment what is missing."""
        file = io.BytesIO()
        with soundfile.SoundFile(
            file, "w", samplerate=SAMPLE_RATE, channels=1, subtype="PCM_16", format="FLAC"
        ) as sound:
            sound.title = f"distressd alert {self.alert}"
            sound.date = rfc3339(self.began)
            sound.comment = "; ".join(map(str, self.gaps)) or "nothing is missing"
            for start in range(0, len(self.pcm), SAMPLE_RATE):  # others get their turn in between
                sound.write(self.pcm[start : start + SAMPLE_RATE])
        return file.getvalue()


class Take:
    """Records from a place in the ring on, a part of which has been there for a while.

    Used by the recorder's thread only.

    Args:
        alert: the alert's id.
        level: its level.
        ring: where the sound is.
        begin: absolute index of the first sample that is wanted; it may be gone.
        longest: samples at most.
        raised: absolute index of the sample at which the alert was raised ...
        wall: ... and that moment, seconds since 1970.
    """

    def __init__(
        self,
        alert: str,
        level: Level,
        ring: Ring,
        *,
        begin: int,
        longest: int,
        raised: int,
        wall: float,
    ) -> None:
        self.alert = alert
        self.level: Level = level
        self.begin = begin
        self.over = False  # whether the alert has been cleared
        self._end = begin + longest
        self._raised = raised
        self._wall = wall
        self._ring = ring
        self._reader = ring.reader("clip", patient=True, begin=begin)
        self._block = np.empty(BLOCK, np.float32)
        self._pieces: list[Pcm] = []
        self._gaps: list[Gap] = []
        self._moved_s = time.monotonic()

    @property
    def began(self) -> float:
        """Wall time of its first sample."""
        return self._wall - (self._raised - self.begin) / SAMPLE_RATE

    @property
    def done(self) -> bool:
        """Whether nothing more is to come."""
        if self._reader.position >= self._end:
            return True
        ended = self._ring.closed and self._reader.position >= self._ring.written
        return ended or time.monotonic() - self._moved_s > STALLED_S

    def rise(self, level: Level) -> None:
        """The alert is of this level now; the highest counts."""
        self.level = max(self.level, level, key=LEVELS.index)

    def end_at(self, sample: int) -> None:
        """Take nothing from this absolute index on, even if it was taken already."""
        self._end = min(self._end, sample)

    def record(self) -> None:
        """Take what has come."""
        reader = self._reader
        while True:
            there = min(self._ring.written, self._end) - reader.position
            size = min(BLOCK, there)
            if size <= 0:
                return
            before = reader.position
            lost = reader.read(self._block[:size], 0.0)
            if lost is None or lost == ENDED:
                return  # it was overtaken, and less is left than was asked for: next time
            self._moved_s = time.monotonic()
            start = reader.position - size
            if lost:
                self._lose(before, start)
            for place in reader.breaks:
                if place != start or not lost:
                    self._gaps.append(Gap(place - self.begin, None))
            self._pieces.append(_pcm(self._block[:size]))

    def finish(self) -> Recorded | None:
        """Leave the ring; what was recorded, None where that is nothing."""
        self._reader.close()
        size = max(0, self._end - self.begin)
        pcm = np.concatenate(self._pieces)[:size] if self._pieces else np.empty(0, np.int16)
        if not len(pcm):
            return None
        gaps = tuple(gap.within(len(pcm)) for gap in self._gaps if gap.at < len(pcm))
        return Recorded(self.alert, self.began, pcm, gaps)

    def _lose(self, before: int, start: int) -> None:
        """What was overwritten before it was read is silence, so that the time stays right.

        What the ring no longer held of the time before the alert was raised is left out instead.
        """
        if not self._pieces and before < self._raised:
            self.begin = before = min(start, self._raised)
        silent = min(start, self._end) - before
        if silent > 0:
            self._gaps.append(Gap(before - self.begin, silent))
            self._pieces.append(np.zeros(silent, np.int16))


def _pcm(block: NDArray[np.float32]) -> Pcm:
    scaled = np.clip(np.rint(block * FULL_SCALE), -FULL_SCALE, FULL_SCALE - 1.0)
    pcm: Pcm = scaled.astype(np.int16)
    return pcm
