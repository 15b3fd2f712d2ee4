"""Asks a fresh process whether a microphone is there and delivers sound.

PortAudio lists the devices of the moment at which it was initialised, and cannot be initialised
again while a stream is open. Another process can look without taking the stream away.
"""

import subprocess
import sys

from daemon.audio.capture import FIRST_CHANGE_S, Capture
from daemon.audio.devices import choose, input_devices
from daemon.audio.ring import Ring
from daemon.errors import SourceUnavailable

PATIENCE_S = 30.0
_RING = 16_000


class Seeker:
    """One look at a time, which nobody waits for."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._until_s = 0.0

    def start(self, wanted: str, now_s: float) -> None:
        """Begin to look for the device ``wanted``, unless a look is under way."""
        if self._process is not None:
            return
        self._until_s = now_s + PATIENCE_S
        self._process = subprocess.Popen(  # noqa: S603 - this module itself
            [sys.executable, "-m", __name__, wanted],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def found(self, now_s: float) -> bool:
        """Whether the look that was begun has found it; said once."""
        if self._process is None:
            return False
        status = self._process.poll()
        if status is None:
            if now_s >= self._until_s:
                self.stop()
            return False
        self._process = None
        return status == 0

    def stop(self) -> None:
        """Give a look up."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


def delivers(wanted: str) -> bool:
    """Whether the device ``wanted`` opens and sends sound.

    Zeros, or another value for ever, are none: what hears meanwhile is worth more than what is
    muted or denied.
    """
    try:
        capture = Capture(choose(input_devices(), wanted), Ring(_RING))
    except SourceUnavailable:
        return False
    try:
        return capture.wait_for_change(FIRST_CHANGE_S)
    finally:
        capture.close()


if __name__ == "__main__":
    sys.exit(not delivers(sys.argv[1]))
