"""When the hops of a stream came, and how long each took from the converter."""

import time
from array import array


class Stamps:
    """A stamp for each of the last ``count`` whole hops.

    The thread that writes the stream adds; any thread may look. Nothing allocates.

    Args:
        count: how many stamps are kept.
        hop: samples for each.
        ns_per_sample: nanoseconds from one sample to the next.
    """

    def __init__(self, count: int, *, hop: int, ns_per_sample: float) -> None:
        self._count = count
        self._hop = hop
        self._ns_per_sample = ns_per_sample
        self._ring_ns = array("q", bytes(8 * count))
        self._capture_ms = array("d", bytes(8 * count))
        self._begun = 0  # hops that are stamped or about to be: older stamps may be gone
        self._added = 0  # hops that are stamped

    def add(self, start: int, end: int, captured_ns: int | None, *, spread: bool) -> None:
        """Stamp every hop that samples ``start`` to ``end`` complete.

        Args:
            start: absolute index of the first new sample.
            end: the same, behind the last.
            captured_ns: monotonic time at which the converter took the last of them, or None.
            spread: as if each hop had come when it was due, the last of them now.
        """
        now = time.monotonic_ns()
        self._begun = end // self._hop  # before anything is overwritten
        for slot in range(start // self._hop, self._begun):
            index = slot % self._count
            after = (end - (slot + 1) * self._hop) * self._ns_per_sample
            self._ring_ns[index] = now - int(after) if spread else now
            if captured_ns is None:
                self._capture_ms[index] = 0.0
            else:
                self._capture_ms[index] = (now - captured_ns + after) / 1e6
        self._added = self._begun

    def at(self, end_sample: int) -> tuple[int, float]:
        """When the hop came that holds the sample before the absolute index ``end_sample``.

        Returns:
            Monotonic nanoseconds at which the hop's last sample was written, and milliseconds
            from the converter to there (0 where there is no converter).

        Raises:
            LookupError: the hop is not complete, or its stamp is gone.
        """
        slot = (end_sample - 1) // self._hop
        if not max(0, self._begun - self._count) <= slot < self._added:
            raise LookupError(f"the ring has no stamp for the hop that ends at {end_sample}")
        index = slot % self._count
        return self._ring_ns[index], self._capture_ms[index]
