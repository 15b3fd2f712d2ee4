"""The hop loop: every 10 ms, one hop from the ring through the ear to fusion."""

import itertools
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence

import numpy as np

from daemon.acoustic.evidence import AcousticEvidence, SoundEvents
from daemon.audio.ring import ENDED, Ring, RingReader, Samples
from models.ear import Ear, SoundWindow
from models.features.constants import HOP, MOST_HOPS, SAMPLE_RATE

log = logging.getLogger(__name__)

READ_TIMEOUT_S = 0.5  # how long a stop may wait for a silent source
TOLD_EVERY = 10 * SAMPLE_RATE  # lost samples between two lines of the log
QUIET_HOPS = MOST_HOPS  # read at once while nothing notable is heard
REPORTED_HOPS = 5  # every fifth hop is reported, and every notable one
NOTABLE = 0.5  # probability: below that of any alert as configured by default
ATTENTION_HOPS = 50  # after a notable hop, hops are read singly: longer than a hold bridges


def is_notable(ear: Ear) -> bool:
    """Whether what ``ear`` made of the last hop may be part of an alert."""
    return ear.distress >= NOTABLE or ear.infant >= NOTABLE


class HopLoop:
    """One thread that owns the ear.

    Args:
        ring: where stamps are read.
        reader: this loop's place in the ring.
        ear: what listens; touched by this thread only.
        emit: called with the evidence of each read, in this thread; must not block for long.
        failed: called once if the thread dies of an error.
        quiet_hops: how many are read at once while nothing notable is heard, at most
            QUIET_HOPS; may be set anew.
        alone: whether an alert can begin with a notable hop only. Asked before each read; where it
            cannot, no more hops are read at once than are reported together.

    Attributes:
        hops: hops heard.
        open_hops: hops heard with the gate open.
        lost_samples: samples that were overwritten before they were heard.
        heard_ns: monotonic time of the last hop; of the start before the first.
        watched: whether somebody looks on: then each reported hop is told by itself, when it is
            heard. May be set anew.
        slowest_us: the longest hop so far, from ring to evidence, microseconds; of several that
            were read at once, their mean.
    """

    def __init__(
        self,
        ring: Ring,
        reader: RingReader,
        ear: Ear,
        emit: Callable[[Sequence[AcousticEvidence]], None],
        failed: Callable[[BaseException], None],
        *,
        quiet_hops: int = QUIET_HOPS,
        alone: Callable[[], bool] = lambda: True,
    ) -> None:
        self._ring = ring
        self._reader = reader
        self._ear = ear
        self._emit = emit
        self._failed = failed
        self._quiet_hops = quiet_hops
        self._alone = alone
        self.watched = False
        self._stop = threading.Event()
        self._events: SoundEvents | None = None
        self._seen: SoundWindow | None = None
        self._attention = 0  # hops until several are read at once again
        self._afterwards: deque[tuple[int, Callable[[], None]]] = deque()
        self.hops = self.open_hops = self.lost_samples = 0
        self.slowest_us = 0.0
        self.heard_ns = time.monotonic_ns()
        self._told_lost = 0
        self.ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="hop-loop", daemon=True)

    @property
    def position(self) -> int:
        """Absolute index of the next sample to be heard."""
        return self._reader.position

    def reconfigure(self, quiet_hops: int) -> None:
        """Read so many hops at once from the next read on."""
        self._quiet_hops = quiet_hops

    def after(self, act: Callable[[], None]) -> None:
        """Have ``act`` called in this loop's thread, once what is in the ring now has been heard.

        It comes at the latest READ_TIMEOUT_S after that; never where the loop has ended before.
        """
        self._afterwards.append((self._ring.written // HOP * HOP, act))

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread, after the hop that it is in."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        try:
            self._listen()
        except Exception as error:
            log.exception("The hop loop died: nothing is heard any more; the daemon stops.")
            self._failed(error)
        finally:
            self.ended.set()

    def _listen(self) -> None:
        """Hop by hop while something notable is heard, several at once otherwise.

        Every hop goes through the ear either way, with the same outcome; waking up less often is
        what makes listening cheap. ``quiet_hops`` are no more than any alert has to be held: the
        earliest is decided with the last hop of a read, which has just come.
        """
        samples = np.empty(QUIET_HOPS * HOP, np.float32)
        while not self._stop.is_set():
            near = self.watched or not self._alone()
            at_once = min(self._quiet_hops, REPORTED_HOPS if near else QUIET_HOPS)
            # A batch ends with the hop that is reported, so that fusion wakes up after it.
            several = at_once - self.hops % at_once
            buffer = samples[: HOP if self._attention else several * HOP]
            status = self._reader.read(buffer, READ_TIMEOUT_S)
            if status is None or (status == ENDED and len(buffer) > HOP):
                # Too little for a batch, whether for now or for ever: what there is is heard.
                status = self._take_rest(samples[:HOP])
            elif status != ENDED:
                self._take(buffer, status)
            while self._afterwards and self._afterwards[0][0] <= self._reader.position:
                self._afterwards.popleft()[1]()
            if status == ENDED:
                return

    def _take_rest(self, hop: Samples) -> int | None:
        """Hear what there is hop by hop, and say why there is no more: see RingReader.read."""
        while (status := self._reader.read(hop, 0.0)) is not None and status != ENDED:
            self._take(hop, status)
            if self._stop.is_set():
                return None
        return status

    def _take(self, samples: Samples, lost: int) -> None:
        begin = self._reader.position - len(samples)
        breaks = self._reader.breaks
        if lost:
            self._lose(lost)
            breaks = (begin, *breaks)
        heard: list[AcousticEvidence] = []
        for place, end in itertools.pairwise((begin, *breaks, self._reader.position)):
            if place in breaks:
                self._ear.interrupt()
            if end > place:
                heard += self._hear_part(samples[place - begin : end - begin], place)
        # Not from within the batch: fusion would wake up and fight for the interpreter.
        if heard:
            self._emit(heard)

    def _lose(self, samples: int) -> None:
        self.lost_samples += samples
        if self.lost_samples - self._told_lost >= TOLD_EVERY or not self._told_lost:
            self._told_lost = self.lost_samples
            log.warning(
                "The hop loop was too slow: %.2f s of sound were lost so far; listening goes on.",
                self.lost_samples / SAMPLE_RATE,
            )

    def _hear_part(self, samples: Samples, begin: int) -> list[AcousticEvidence]:
        """Whole hops without a gap, from the absolute index ``begin`` on; what is to be told."""
        began = time.perf_counter_ns()
        hops = samples.reshape(-1, HOP)
        if len(hops) > 1:
            self._ear.expect(hops)
        heard = []
        for number, hop in enumerate(hops, start=1):
            evidence = self._hear(hop, begin + number * HOP)
            if evidence is not None:
                heard.append(evidence)
        self.heard_ns = time.monotonic_ns()
        took = (time.perf_counter_ns() - began) / 1000 / len(hops)
        self.slowest_us = max(self.slowest_us, took)
        return heard

    def _hear(self, hop: Samples, sample: int) -> AcousticEvidence | None:
        ear = self._ear
        ear.step(hop)
        self.hops += 1
        is_open = ear.is_open
        self.open_hops += is_open
        if ear.window is not self._seen:
            self._seen = ear.window
            self._events = self._sound_events(sample)
        notable = is_notable(ear)
        self._attention = ATTENTION_HOPS if notable else max(0, self._attention - 1)
        if not notable and self.hops % REPORTED_HOPS:
            return None
        ring_ns, capture_ms = self._stamp(sample)
        return AcousticEvidence(
            sample=sample,
            gate=is_open,
            level_db=ear.level_db,
            floor_db=ear.floor_db,
            distress=ear.distress,
            infant=ear.infant,
            posterior=tuple(ear.posterior.tolist()) if is_open else None,
            events=self._events,
            capture_ms=capture_ms,
            ring_ns=ring_ns,
            hop_ns=time.monotonic_ns(),
        )

    def _stamp(self, sample: int) -> tuple[int, float]:
        """When the hop that ends at ``sample`` came (see :meth:`daemon.audio.ring.Ring.stamp`).

        After the whole process has stood still, who writes may catch up by more than the ring
        holds after the hop was read and before it is asked for here: then it came just now, as
        far as anybody knows. The next read tells how much was lost.
        """
        try:
            return self._ring.stamp(sample)
        except LookupError:
            return time.monotonic_ns(), 0.0

    def _sound_events(self, sample: int) -> SoundEvents | None:
        window = self._ear.window
        if window is None:
            return None
        score = window.grouped
        return SoundEvents(
            sample=sample,
            scream=score["scream"],
            shouting=score["shouting"],
            crying=score["crying"],
            pain=score["pain"],
            infant=score["infant"],
            top=window.top,
            around=window.around,
        )
