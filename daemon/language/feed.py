"""One stream and the slow lane: utterances out, readings of what was said in."""

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final

from daemon.acoustic.evidence import AcousticEvidence
from daemon.audio.ring import Ring
from daemon.fusion.reading import Reading
from daemon.fusion.thread import FusionThread
from daemon.language.cutter import Cutter
from daemon.language.lane import LanguageLane
from daemon.language.utterance import Utterance, Words
from models.features.constants import SAMPLE_RATE
from models.language.verdict import PRIOR, as_heard

STEP_DELAY: Final = SAMPLE_RATE  # in a recording, words count one second after they were cut
DRAIN_S: Final = 15.0  # a live stream that ends waits so long for its last words


class Feed:
    """Cuts, submits, and hands readings to fusion.

    Live, words count as soon as they are there. In step (recordings), they count a fixed time
    after their utterance was cut, and the stream waits for them, so that a recording gives the
    same events at any pace on any machine.

    Args:
        lane: the slow lane; it may serve several streams, one after the other.
        ring: where the sound is.
        fusion: takes the readings.
        alarming: probability by sound alone at which an alert is out.
        in_step: see above.
        lossless: the source waits for this reader.
        told: called with what became of each utterance, lost ones included.
        paused: whether nobody wants to know what is said now: it is not transcribed, nor later.
    """

    def __init__(
        self,
        lane: LanguageLane,
        ring: Ring,
        fusion: FusionThread,
        *,
        alarming: float,
        in_step: bool,
        lossless: bool,
        told: Callable[[Words], None] | None = None,
        paused: Callable[[], bool] = lambda: False,
    ) -> None:
        self._lane = lane
        self._fusion = fusion
        self._in_step = in_step
        self._told = told
        self._paused = paused
        self._cutter = Cutter(ring.reader("language", lossless=lossless), alarming)
        self._changed = threading.Condition()
        self._due: deque[tuple[str, int]] = deque()
        self._found: dict[str, Words] = {}
        self._outstanding = 0
        self._abandoned = False
        self._drained_by: float | None = None

    def reconfigure(self, alarming: float) -> None:
        """Take another probability by sound alone at which an alert is out."""
        self._cutter.alarming = alarming

    def hear(self, evidence: AcousticEvidence) -> None:
        """Take one evidence in: in the hop loop's thread. Blocks only in step."""
        if self._due:
            self._settle(evidence.sample)
        if self._paused():
            self._cutter.skip(evidence.sample)
            return
        self._submit(self._cutter.step(evidence), evidence.sample + STEP_DELAY)

    def break_off(self) -> None:
        """No sound comes for a while: hand over what was going on. In the hop loop's thread."""
        self._submit(self._cutter.break_off(), 0)

    def finish(self, timeout_s: float | None = None) -> bool:
        """The stream has ended: hand over what was going on, and wait for all words.

        Args:
            timeout_s: how long to wait now; ask again where that was not enough.

        Returns:
            Whether all words are there, or are not waited for any longer.
        """
        if self._drained_by is None:
            self._drained_by = time.monotonic() + DRAIN_S
            self._submit(self._cutter.finish(), 0)
        if self._in_step:
            return self._settle(None, timeout_s)
        left_s = max(0.0, self._drained_by - time.monotonic())
        wait_s = left_s if timeout_s is None else min(left_s, timeout_s)
        with self._changed:
            drained = self._changed.wait_for(
                lambda: self._abandoned or self._outstanding <= 0, wait_s
            )
        return drained or wait_s == left_s

    def abandon(self) -> None:
        """Wait for nothing any more."""
        with self._changed:
            self._abandoned = True
            self._changed.notify_all()

    def _submit(self, utterance: Utterance | None, due: int) -> None:
        if utterance is None:
            return
        with self._changed:
            self._outstanding += 1
            if self._in_step:
                self._due.append((utterance.id, due))
        self._lane.submit(utterance, self._done)

    def _settle(self, sample: int | None, timeout_s: float | None = None) -> bool:
        """Hand over the words that are due at ``sample``, or all; whether none is missing."""
        while self._due and (sample is None or self._due[0][1] <= sample):
            utterance = self._due[0][0]
            with self._changed:
                there = self._changed.wait_for(
                    lambda wanted=utterance: self._abandoned or wanted in self._found,  # type: ignore[misc]
                    timeout_s,
                )
                words = self._found.pop(utterance, None)
            if not there:
                return False
            self._due.popleft()
            if words is not None:
                self._deliver(words)
        return True

    def _done(self, words: Words) -> None:
        """In the lane's thread, or in the hop loop's where it was dropped at once."""
        if not self._in_step:
            self._deliver(words)
        with self._changed:
            self._outstanding -= 1
            if self._in_step:
                self._found[words.utterance.id] = words
            self._changed.notify_all()

    def _deliver(self, words: Words) -> None:
        if self._told is not None:
            self._told(words)
        reading = reading_of(words)
        if reading is not None:
            self._fusion.submit_reading(reading)


def reading_of(words: Words) -> Reading | None:
    """What fusion weighs of ``words``; None where nothing could be believed or read."""
    if words.probability is None:
        return None
    return Reading(
        as_heard(words.probability),
        words.utterance.end,
        trustworthy=words.trustworthy,
        transcript=words.text,
        since=words.utterance.start,
        sound=words.utterance.score,
        category=words.category,
        explanation=words.reason,
        prior=PRIOR,
    )
