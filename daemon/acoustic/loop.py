"""The hop loop: every 10 ms, one hop from the ring through the ear to fusion."""

import logging
import threading
import time
from collections.abc import Callable

import numpy as np

from daemon.acoustic.evidence import AcousticEvidence, SoundEvents
from daemon.audio.ring import ENDED, Ring, RingReader, Samples
from models.ear import Ear, SoundWindow
from models.features.constants import HOP, SAMPLE_RATE

log = logging.getLogger(__name__)

READ_TIMEOUT_S = 0.5  # how long a stop may wait for a silent source
TOLD_EVERY = 10 * SAMPLE_RATE  # lost samples between two lines of the log
QUIET_HOPS = 10  # read at once while nothing notable is heard
REPORTED_HOPS = 5  # every fifth hop is reported, and every notable one
NOTABLE = 0.5  # probability: below that of any alert as configured by default
ATTENTION_HOPS = 50  # after a notable hop, hops are read singly: longer than a hold bridges


class HopLoop:
    """One thread that owns the ear.

    Args:
        ring: where stamps are read.
        reader: this loop's place in the ring.
        ear: what listens; touched by this thread only.
        emit: called with every evidence, in this thread; must not block for long.
        failed: called once if the thread dies of an error.
        quiet_hops: how many are read at once while nothing notable is heard, at most
            QUIET_HOPS; may be set anew.

    Attributes:
        hops: hops heard.
        open_hops: hops heard with the gate open.
        lost_samples: samples that were overwritten before they were heard.
        heard_ns: monotonic time of the last hop; of the start before the first.
        slowest_us: the longest hop so far, from ring to evidence, microseconds.
    """

    def __init__(
        self,
        ring: Ring,
        reader: RingReader,
        ear: Ear,
        emit: Callable[[AcousticEvidence], None],
        failed: Callable[[BaseException], None],
        *,
        quiet_hops: int = QUIET_HOPS,
    ) -> None:
        self._ring = ring
        self._reader = reader
        self._ear = ear
        self._emit = emit
        self._failed = failed
        self._quiet_hops = quiet_hops
        self._stop = threading.Event()
        self._events: SoundEvents | None = None
        self._seen: SoundWindow | None = None
        self._attention = 0  # hops until several are read at once again
        self._heard: list[AcousticEvidence] = []
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
        what makes listening cheap. ``quiet_hops`` are fewer than any alert has to be held, so that
        none is decided before the loop is back to single hops.
        """
        samples = np.empty(QUIET_HOPS * HOP, np.float32)
        while not self._stop.is_set():
            at_once = self._quiet_hops
            # A batch ends with the hop that is reported, so that fusion wakes up after it.
            several = at_once - self.hops % at_once
            buffer = samples[: HOP if self._attention else several * HOP]
            status = self._reader.read(buffer, READ_TIMEOUT_S)
            if status is None or (status == ENDED and len(buffer) > HOP):
                # Too little for a batch, whether for now or for ever: what there is is heard.
                buffer = samples[:HOP]
                status = self._reader.read(buffer, 0.0)
            if status == ENDED:
                return
            if status is not None:
                self._take(buffer, status)

    def _take(self, samples: Samples, lost: int) -> None:
        begin = self._reader.position - len(samples)
        breaks = self._reader.breaks
        if lost:
            self._lose(lost)
            breaks = (begin, *breaks)
        heard = self._heard
        for at in range(0, len(samples), HOP):
            if breaks and begin + at in breaks:
                self._ear.interrupt()
            evidence = self._hear(samples[at : at + HOP], begin + at + HOP)
            if evidence is not None:
                heard.append(evidence)
        # Not from within the batch: fusion would wake up and fight for the interpreter.
        for evidence in heard:
            self._emit(evidence)
        heard.clear()

    def _lose(self, samples: int) -> None:
        self.lost_samples += samples
        if self.lost_samples - self._told_lost >= TOLD_EVERY or not self._told_lost:
            self._told_lost = self.lost_samples
            log.warning(
                "The hop loop was too slow: %.2f s of sound were lost so far; listening goes on.",
                self.lost_samples / SAMPLE_RATE,
            )

    def _hear(self, hop: Samples, sample: int) -> AcousticEvidence | None:
        began = time.perf_counter_ns()
        ear = self._ear
        ear.step(hop)
        self.hops += 1
        self.heard_ns = time.monotonic_ns()
        is_open = ear.is_open
        self.open_hops += is_open
        if ear.window is not self._seen:
            self._seen = ear.window
            self._events = self._sound_events(sample)
        notable = ear.distress >= NOTABLE or ear.infant >= NOTABLE
        self._attention = ATTENTION_HOPS if notable else max(0, self._attention - 1)
        evidence = None
        if notable or self.hops % REPORTED_HOPS == 0:
            ring_ns, capture_ms = self._ring.stamp(sample)
            evidence = AcousticEvidence(
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
        took = (time.perf_counter_ns() - began) / 1000
        self.slowest_us = max(self.slowest_us, took)
        return evidence

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
        )
