"""What every source of sound has in common."""

import logging
import threading
from typing import Protocol

from daemon.audio.ring import Ring
from daemon.errors import DistressdError
from daemon.wire.base import SourceName

log = logging.getLogger(__name__)

PATIENCE_S = 1.5  # for a thread that is told to end: a stop takes five seconds at most


class Source(Protocol):
    """Writes 16 kHz mono float32 into a ring, from a thread of its own.

    It reports its state as the part ``source`` of the daemon's health.
    """

    @property
    def name(self) -> SourceName:
        """What the wire calls it."""

    @property
    def live(self) -> bool:
        """Whether it hears the world as it happens and so cannot wait for anybody."""

    @property
    def overflows(self) -> int:
        """How often sound was lost before it reached the ring."""

    @property
    def error(self) -> DistressdError | None:
        """Why the stream ended, if it did not end by itself; set before the ring is closed."""

    def start(self, ring: Ring) -> None:
        """Begin to write; returns at once. A ring and a source serve for one stream.

        Raises:
            SourceError: it can never work. What may come right later is not raised but
                reported and retried.
        """

    def stop(self) -> None:
        """End the stream and close the ring; returns when the source writes no more.

        Where the system hangs below it, it is left to itself after a few seconds.
        """


def end(thread: threading.Thread, ring: Ring, label: str) -> bool:
    """Wait for a source's ``thread``, which was told to end, but not for ever.

    A driver or a folder in the network may hang. The thread is a daemon: it does not hold up the
    exit, and with ``ring`` closed it does no harm until then.

    Returns:
        Whether it ended; otherwise ``ring`` is closed here.
    """
    thread.join(PATIENCE_S)
    if not thread.is_alive():
        return True
    log.warning("%s does not answer, so its thread is left behind; stopping goes on.", label)
    ring.close("stopped")
    return False
