"""Cuts utterances out of the ring: the gate's stretches, with pre-roll and hangover.

It reads the ring by itself, in the hop loop's thread, as far as the hop loop has heard: a few
microseconds for each evidence, one copy for each utterance.
"""

import time
import uuid
from typing import Final

import numpy as np

from daemon.acoustic.evidence import AcousticEvidence
from daemon.audio.following import LARGEST_STEP, Following
from daemon.audio.ring import RingReader, Samples
from daemon.language.utterance import Utterance
from models.features.constants import SAMPLE_RATE

LONGEST: Final = 28 * SAMPLE_RATE  # Whisper takes 30 s, the padding included
OVERLAP: Final = SAMPLE_RATE  # so that no word is lost where a long stretch is cut
PREROLL: Final = 2 * SAMPLE_RATE // 5  # evidence comes every 50 ms, after the gate has opened
STILL_OUT: Final = 10 * SAMPLE_RATE  # after an alarming sound, what is said belongs to its alert
FULL_SCALE: Final = np.float32(32767.0)


class Cutter:
    """One stream's utterances, one after the other.

    Args:
        reader: its own place in the ring.
        alarming: probability by sound alone at which an alert is out; may be set anew.
    """

    def __init__(self, reader: RingReader, alarming: float) -> None:
        self._following = Following(reader)
        self.alarming = alarming
        self._pcm = np.zeros(LONGEST + LARGEST_STEP, np.int16)
        self._size = 0
        self._open = False
        self._score = 0.0
        self._alarmed = -STILL_OUT  # when sound was alarming last
        self._end = reader.position

    def step(self, evidence: AcousticEvidence) -> Utterance | None:
        """Take in what was heard up to ``evidence``; the utterance that ended with it, if any."""
        block, missing = self._following.until(evidence.sample)
        ended = None
        if missing:
            ended = self._cut(closed=True) if self._open else None
            self._open = False
            self._forget(0)
        self._append(block)
        if evidence.gate:
            if not self._open:
                self._open, self._score = True, 0.0
                self._forget(PREROLL + len(block))
            self._score = max(self._score, evidence.distress)
            if evidence.distress >= self.alarming:
                self._alarmed = evidence.sample
            if self._size >= LONGEST:
                ended = self._cut(closed=False)
                self._score = (
                    evidence.distress
                )  # what was heard in this one is not heard in the next
                self._forget(OVERLAP)
        elif self._open:
            ended = self._cut(closed=True)
            self._open = False
            self._forget(PREROLL)
        elif self._size > PREROLL + SAMPLE_RATE:
            self._forget(PREROLL)
        return ended

    def skip(self, until: int) -> None:
        """Forget what was going on, and everything up to the sample ``until``."""
        self._following.until(until)
        self._open = False
        self._forget(0)

    def break_off(self) -> Utterance | None:
        """The utterance that was going on when sound came no more."""
        ended = self._cut(closed=True) if self._open else None
        self._open = False
        self._forget(0)
        return ended

    def finish(self) -> Utterance | None:
        """The utterance that was going on when the stream ended."""
        self._following.close()
        return self.break_off()

    def _append(self, block: Samples) -> None:
        np.multiply(block, FULL_SCALE, out=block)
        np.clip(block, -FULL_SCALE, FULL_SCALE, out=block)
        self._pcm[self._size : self._size + len(block)] = block
        self._size += len(block)
        self._end = self._following.position

    def _cut(self, *, closed: bool) -> Utterance:
        end = self._end
        start = end - self._size
        return Utterance(
            id=uuid.uuid4().hex[:12],
            start=start,
            end=end,
            pcm=self._pcm[: self._size].copy(),
            score=self._score,
            explained=start - self._alarmed < STILL_OUT,
            cut_ns=time.monotonic_ns(),
            closed=closed,
        )

    def _forget(self, keep: int) -> None:
        """Keep the last ``keep`` samples only."""
        keep = min(keep, self._size)
        self._pcm[:keep] = self._pcm[self._size - keep : self._size].copy()
        self._size = keep
