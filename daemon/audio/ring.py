"""The ring buffer between the source and everything that listens.

One writer, several readers, absolute sample indices. The writer copies, moves the index and
wakes who waits; it never waits for a reader. A reader that falls behind learns how much it lost.
Nothing here allocates while sound flows.
"""

# ruff: noqa: SLF001 - Ring and RingReader are the two halves of one mechanism

import threading
import time

import numpy as np
from numpy.typing import NDArray

from daemon.audio.stamps import Stamps
from daemon.audio.wake_up import NEVER, WakeUp
from models.features.constants import HOP, SAMPLE_RATE

Samples = NDArray[np.float32]

ENDED = -1  # from RingReader.read: the stream is closed and less than a full read is left


class Ring:
    """The last ``capacity`` samples of one stream.

    A write is announced (``_claimed``) before the first sample is overwritten, and a reader looks
    at the announcement again after it has copied: so it never keeps samples that changed under
    its hands, and no lock is held while anybody copies.

    Args:
        capacity_samples: at least that many samples are kept (rounded up to whole hops).
        hop: samples for each stamp, and the grid on which a reader resumes after an overrun.
        rate: samples a second; 16 kHz everywhere but before a microphone's resampler.
    """

    def __init__(self, capacity_samples: int, *, hop: int = HOP, rate: int = SAMPLE_RATE) -> None:
        if capacity_samples < 4 * hop:
            raise ValueError(f"a ring needs at least {4 * hop} samples, not {capacity_samples}")
        hops = -(-capacity_samples // hop)
        self.capacity = hops * hop
        self.largest_write = self.capacity - hop  # in one piece; longer ones are cut
        self.hop = hop
        self._ns_per_sample = 1e9 / rate
        self._samples: Samples = np.empty(self.capacity, np.float32)
        self._samples.fill(0.0)  # touch the memory now, not page by page in the callback
        # Twice the ring's length, so that a stamp outlives the samples it belongs to.
        self._stamps = Stamps(2 * hops, hop=hop, ns_per_sample=self._ns_per_sample)
        self._lock = threading.Lock()  # index updates and wake-ups only
        self._written = 0
        self._claimed = 0
        self._closed = False
        self._reason = ""
        self._readers: tuple[RingReader, ...] = ()
        self._any_lossless = False  # whether there ever was one
        self._marks: tuple[int, ...] = ()  # discontinuities whose samples are still here
        self._space = WakeUp(self._lock)  # the writer's, at the place of the slowest reader
        self._hurry = WakeUp(self._lock)  # the writer's, when anybody asks for less

    @property
    def written(self) -> int:
        """Absolute index of the next sample to be written."""
        return self._written

    @property
    def closed(self) -> bool:
        """Whether the stream has ended."""
        return self._closed

    @property
    def reason(self) -> str:
        """Why it ended; empty for an ordinary end."""
        return self._reason

    @property
    def demand(self) -> int:
        """Samples until a reader has as much as it asks for at once: writing less wakes nobody."""
        return min((r.missing for r in self._readers if not r.patient), default=self.hop)

    def write(
        self, samples: Samples, captured_ns: int | None = None, *, spread: bool = False
    ) -> None:
        """Append ``samples`` (float32, mono, any length).

        Args:
            samples: the samples.
            captured_ns: monotonic time at which the converter took the last of them; None where
                there is no converter or it does not say.
            spread: stamp the hops as if each had come when it was due, the last of them now.

        Raises:
            ValueError: the ring is closed.
        """
        if self._closed:
            raise ValueError("write to a closed ring")
        size = len(samples)
        if size <= self.largest_write:
            self._write_piece(samples, captured_ns, spread=spread)
            return
        for start in range(0, size, self.largest_write):
            piece = samples[start : start + self.largest_write]
            after = size - start - len(piece)
            self._write_piece(
                piece,
                None if captured_ns is None else captured_ns - int(after * self._ns_per_sample),
                spread=spread,
            )

    def _write_piece(self, samples: Samples, captured_ns: int | None, *, spread: bool) -> None:
        start = self._written
        end = start + len(samples)
        self._claimed = end
        at = start % self.capacity
        room = self.capacity - at
        if len(samples) <= room:
            self._samples[at : at + len(samples)] = samples
        else:
            self._samples[at:] = samples[:room]
            self._samples[: len(samples) - room] = samples[room:]
        self._stamps.add(start, end, captured_ns, spread=spread)
        with self._lock:
            self._written = end
            for reader in self._readers:
                if reader._call.at <= end:
                    reader._call.give()

    def interrupt(self) -> None:
        """Say that what is written next does not follow on what was written last.

        For a live source that goes on after a gap of unknown length; only the writer's thread may
        call it. An unfinished hop is completed with zeros, so that the discontinuity lies between
        two hops. It is said once, however often this is called before the next sample; at the
        very beginning, or when the ring is closed, there is nothing to say.
        """
        if self._closed or not self._written:
            return
        rest = -self._written % self.hop
        if rest:
            self._write_piece(np.zeros(rest, np.float32), None, spread=False)
        mark = self._written
        oldest = mark - self.capacity
        with self._lock:
            if mark in self._marks:
                return
            self._marks = (*(m for m in self._marks if m > oldest), mark)
            for reader in self._readers:
                reader._next_mark = min(reader._next_mark, mark)

    def stamp(self, end_sample: int) -> tuple[int, float]:
        """When the hop that ends at ``end_sample`` came.

        Args:
            end_sample: absolute index after a sample; the hop that holds this sample is meant.

        Returns:
            Monotonic nanoseconds at which the hop's last sample was written, and milliseconds
            from the converter to there (0 where there is no converter).

        Raises:
            LookupError: the hop is not complete, or more than a ring's length gone from the ring.
        """
        return self._stamps.at(end_sample)

    def close(self, reason: str = "") -> None:
        """End the stream; whoever waits is woken. Closing again changes nothing."""
        with self._lock:
            if self._closed:
                return
            self._reason = reason
            self._closed = True
            for reader in self._readers:
                reader._call.give()
            self._wake_writer()

    def reader(
        self,
        name: str,
        *,
        lossless: bool = False,
        patient: bool = False,
        begin: int | None = None,
    ) -> "RingReader":
        """A new reader.

        Args:
            name: who reads, for logs.
            lossless: :meth:`wait_for_space` waits for it.
            patient: it takes what is there now and then: nothing is written earlier for its sake.
            begin: absolute index of the first sample that it reads, which may be gone already;
                by default, and at the latest, the next one to be written.
        """
        with self._lock:
            reader = RingReader(self, name, lossless=lossless, patient=patient)
            if begin is not None and begin < self._written:
                reader.position = max(0, begin)
                reader._next_mark = min((m for m in self._marks if m > begin), default=NEVER)
            self._readers = (*self._readers, reader)
            self._any_lossless |= lossless
            return reader

    def wait_for_space(self, size: int, timeout_s: float) -> bool:
        """Wait until ``size`` samples can be written with no lossless reader losing any.

        For sources that can wait, such as files; only the writer's thread may call it.

        Returns:
            Whether there is room now; False also when the ring was closed meanwhile.

        Raises:
            ValueError: ``size`` is more than :attr:`largest_write`.
        """
        if size > self.largest_write:
            raise ValueError(f"at most {self.largest_write} samples fit at once, not {size}")
        if not self._any_lossless:
            return not self._closed
        needed = self._written + size - self.capacity
        with self._lock:
            if self._closed:
                return False
            self._space.order(needed)  # before looking: a reader moves first and looks then
            if self._slowest() >= needed:
                self._space.cancel()
                return True
        return self._space.sleep(timeout_s) and not self._closed

    def wait_until_due(self, demand: int, timeout_s: float) -> bool:
        """Rest before so much is written, as long as no reader asks for less at once.

        For sources that keep a pace; only the writer's thread may call it.

        Returns:
            Whether it is due now; False where :attr:`demand` is less than ``demand`` meanwhile.
        """
        with self._lock:
            if self.demand < demand:
                return False
            self._hurry.order(demand)
        return not self._hurry.sleep(timeout_s) or self.demand >= demand

    def _less_wanted(self) -> None:
        with self._lock:
            self._hurry.give()

    def _slowest(self) -> int:
        return min((r.position for r in self._readers if r.lossless), default=NEVER)

    def _wake_writer(self) -> None:
        """Wake the writer if it waits for what is there now. The lock is held."""
        if self._space.ordered and (self._closed or self._slowest() >= self._space.at):
            self._space.give()


class RingReader:
    """One reader's place in a ring; used by one thread.

    Attributes:
        name: who reads.
        lossless: whether a source that can wait does so for this reader.
        patient: whether nothing is written earlier for its sake.
        position: absolute index of the next sample that it reads.
        size: samples that it asked for last; a hop before it has asked.
        lost_total: samples that were overwritten before it read them.
        breaks: absolute indices of those samples read last that lie right behind a discontinuity,
            ascending. One whose place was overwritten lies behind the loss. A reader that began at
            the discontinuity heard nothing before it, and is told nothing.
    """

    def __init__(
        self, ring: Ring, name: str, *, lossless: bool = False, patient: bool = False
    ) -> None:
        self.name = name
        self.lossless = lossless
        self.patient = patient
        self.position = ring.written
        self.size = ring.hop
        self.lost_total = 0
        self._ring = ring
        self._call = WakeUp(ring._lock)  # when so much is written
        self._next_mark = NEVER  # the discontinuity that it comes to next
        self.breaks: tuple[int, ...] = ()

    @property
    def missing(self) -> int:
        """Samples until its next read is complete; of the first incomplete one, if it lags."""
        ahead = self._ring.written - self.position
        return self.size - ahead % self.size if ahead > 0 else self.size

    def read(self, out: Samples, timeout_s: float) -> int | None:
        """Fill ``out`` with the next samples.

        After an overrun the reader goes on at the oldest sample still there, rounded up to a
        whole hop.

        Args:
            out: float32, filled whole or left in an unspecified state.
            timeout_s: how long to wait for the samples.

        Returns:
            Samples lost before those in ``out`` (0 ordinarily); None if they did not come in
            time; :data:`ENDED` if the stream is closed and too few are left to fill ``out``.

        Raises:
            ValueError: ``out`` is longer than the ring can promise.
        """
        size = len(out)
        if size > self._ring.largest_write:
            raise ValueError(f"at most {self._ring.largest_write} samples at once, not {size}")
        before, self.size = self.size, size
        if size < before and not self.patient:
            self._ring._less_wanted()
        deadline = 0.0
        while True:
            start = self._start()
            if start + size <= self._ring._written:
                self._copy(start, out)
                if start >= self._oldest():  # nobody wrote over it meanwhile
                    return self._move(start, start + size)
                continue
            # At most one deadline a read: reading what is there already asks for no clock.
            now = time.monotonic()
            deadline = deadline or now + timeout_s
            answer = self._wait(start + size, deadline - now)
            if answer != 0:
                return answer

    def read_rest(self) -> Samples:
        """What is left, whatever its length (a copy)."""
        while True:
            start = self._start()
            rest: Samples = np.empty(self._ring.written - start, np.float32)
            self._copy(start, rest)
            if start >= self._oldest():
                self._move(start, start + len(rest))
                return rest

    def close(self) -> None:
        """Leave the ring: nobody waits for this reader any more."""
        ring = self._ring
        with ring._lock:
            ring._readers = tuple(r for r in ring._readers if r is not self)
            ring._wake_writer()

    def _oldest(self) -> int:
        return self._ring._claimed - self._ring.capacity

    def _start(self) -> int:
        """Where the next read begins: here, or past what was overwritten."""
        oldest = self._oldest()
        if self.position >= oldest:
            return self.position
        return -(-oldest // self._ring.hop) * self._ring.hop

    def _copy(self, start: int, out: Samples) -> None:
        samples = self._ring._samples
        at = start % len(samples)
        room = len(samples) - at
        if len(out) <= room:
            out[:] = samples[at : at + len(out)]
        else:
            out[:room] = samples[at:]
            out[room:] = samples[: len(out) - room]

    def _move(self, start: int, end: int) -> int:
        lost = start - self.position
        self.lost_total += lost
        self.position = end
        ring = self._ring
        if end > self._next_mark:
            self._break(start, end)
        elif self.breaks:
            self.breaks = ()
        if self.lossless and ring._space.ordered:
            with ring._lock:
                ring._wake_writer()
        return lost

    def _break(self, start: int, end: int) -> None:
        """There is a discontinuity before ``end``."""
        first = self._next_mark
        with self._ring._lock:
            marks = self._ring._marks
            self._next_mark = next((m for m in marks if m >= end), NEVER)
        # The first may be forgotten: it is as old as the samples that were lost.
        passed = {max(start, m) for m in (first, *marks) if first <= m < end}
        self.breaks = tuple(sorted(passed))

    def _wait(self, wanted: int, timeout_s: float) -> int | None:
        """0 when it is worth looking again, None on time-out, ENDED at the end."""
        ring = self._ring
        with ring._lock:
            if ring._written >= wanted:
                return 0
            if ring._closed:
                return ENDED
            if timeout_s <= 0:
                return None
            self._call.order(wanted)
        return 0 if self._call.sleep(timeout_s) else None
