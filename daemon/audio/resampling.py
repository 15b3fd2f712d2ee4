"""From a device's rate to 16 kHz, in a thread of its own: never in a callback."""

import logging
import threading

import numpy as np
import soxr

from daemon.audio.ring import ENDED, Ring, Samples
from models.features.constants import SAMPLE_RATE

log = logging.getLogger(__name__)

_SPARE_S = 4  # seconds of sound that may wait for the resampler
_LOOK_S = 1.0


class Resampling:
    """Reads :attr:`input` and writes 16 kHz into ``output``, until closed.

    soxr gives its samples out in bursts of a few hops. The converter's time is carried along, so
    that what the bursts cost is counted as time before the ring.

    Args:
        rate: samples a second that are written into :attr:`input`.
        output: where they go.

    Attributes:
        input: the ring at the device's rate.
        overflows: how often the thread came too late and sound was lost.
    """

    def __init__(self, rate: int, output: Ring) -> None:
        self.input = Ring(_SPARE_S * rate, hop=rate // 100, rate=rate)
        self.overflows = 0
        self._rate = rate
        self._output = output
        self._reader = self.input.reader("resampler")
        self._thread = threading.Thread(target=self._run, name="microphone-resampler", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether what is written into :attr:`input` still comes out."""
        return self._thread.is_alive()

    def close(self) -> None:
        """Write out what is left; nothing may be written into :attr:`input` any more."""
        self.input.close()
        self._thread.join()

    def _run(self) -> None:
        try:
            self._resample()
        except Exception:  # whoever watches the output or asks `alive` opens the device again
            log.exception("The resampler died by a mistake in distressd; the device is opened anew")

    def _resample(self) -> None:
        resampler = soxr.ResampleStream(self._rate, SAMPLE_RATE, 1, dtype="float32", quality="HQ")
        block: Samples = np.empty(self.input.hop, np.float32)
        taken = given = 0
        while (lost := self._reader.read(block, _LOOK_S)) != ENDED:
            if lost is None:
                continue
            if lost:
                self.overflows += 1
            samples = resampler.resample_chunk(block)
            taken += len(block)
            given += len(samples)
            if len(samples):
                pending_s = taken / self._rate - given / SAMPLE_RATE
                self._write(samples, self._captured_ns(pending_s))
        rest = resampler.resample_chunk(self._reader.read_rest(), last=True)
        if len(rest):
            self._write(rest, None)

    def _captured_ns(self, pending_s: float) -> int | None:
        """When the last sample that came out was captured, or came, if no converter says.

        None where the writer has overtaken what was read by more than the ring holds, as after a
        standstill of the whole process: then nobody knows. The next read tells of the loss.

        Args:
            pending_s: how much of what was read has not come out.
        """
        try:
            ring_ns, capture_ms = self.input.stamp(self._reader.position)
        except LookupError:
            return None
        return ring_ns - int(capture_ms * 1e6) - int(pending_s * 1e9)

    def _write(self, samples: Samples, captured_ns: int | None) -> None:
        if self._output.closed:  # left behind by a stop: see daemon.audio.source.end
            return
        self._output.write(np.clip(samples, -1.0, 1.0), captured_ns)
